using Mono.Cecil;

namespace RoadSeg.Deploy.Tests.Rooms;

/// <summary>Which namespaces of an assembly use which others of it: read from the compiled types, their members and the code in them.</summary>
internal sealed class NamespaceGraph
{
    private readonly ModuleDefinition _module;
    private readonly SortedDictionary<(string From, string To), SortedSet<string>> _uses = [];

    private NamespaceGraph(ModuleDefinition module) => _module = module;

    public static NamespaceGraph Read(string file)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(file);
        var graph = new NamespaceGraph(assembly.MainModule);
        foreach (var type in assembly.MainModule.GetTypes())
            graph.Add(type);
        return graph;
    }

    public int Namespaces => _uses.Keys.SelectMany(static use => (string[])[use.From, use.To]).Distinct().Count();

    /// <summary>Uses that are part of a cycle, with the types that make them: a line each.</summary>
    public IEnumerable<string> Cycles() => _uses.Where(use => Reaches(use.Key.To, use.Key.From))
        .Select(static use => $"{use.Key.From} -> {use.Key.To}: {string.Join(", ", use.Value.Take(5))}");

    private bool Reaches(string from, string to)
    {
        var (seen, next) = (new HashSet<string> { from }, new Queue<string>([from]));
        while (next.TryDequeue(out var here))
        {
            foreach (var use in _uses.Keys.Where(use => use.From == here && seen.Add(use.To)))
                next.Enqueue(use.To);
        }

        return seen.Contains(to);
    }

    private void Add(TypeDefinition type)
    {
        var outer = Outermost(type);
        Use(outer, type.BaseType);
        foreach (var contract in type.Interfaces)
            Use(outer, contract.InterfaceType);
        foreach (var field in type.Fields)
            Use(outer, field.FieldType);
        foreach (var method in type.Methods)
        {
            Signature(outer, method);
            foreach (var constraint in method.GenericParameters.SelectMany(static parameter => parameter.Constraints))
                Use(outer, constraint.ConstraintType);
            if (method.HasBody)
                Body(outer, method);
        }
    }

    private void Body(TypeReference outer, MethodDefinition method)
    {
        foreach (var variable in method.Body.Variables)
            Use(outer, variable.VariableType);
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference named: Use(outer, named); break;
                case MethodReference called: Signature(outer, called); break;
                case FieldReference field: Use(outer, field.DeclaringType); Use(outer, field.FieldType); break;
            }
        }
    }

    private void Signature(TypeReference outer, MethodReference method)
    {
        Use(outer, method.DeclaringType);
        Use(outer, method.ReturnType);
        foreach (var parameter in method.Parameters)
            Use(outer, parameter.ParameterType);
        foreach (var argument in (method as GenericInstanceMethod)?.GenericArguments ?? [])
            Use(outer, argument);
    }

    private void Use(TypeReference outer, TypeReference? used)
    {
        foreach (var argument in (used as GenericInstanceType)?.GenericArguments ?? [])
            Use(outer, argument);
        if (used is TypeSpecification specification)
        {
            Use(outer, specification.ElementType);
            return;
        }

        if (used is null or GenericParameter || Outermost(used) is not { } target || target.Scope.Name != _module.Name || !IsWritten(target) || !IsWritten(outer) || target.Namespace == outer.Namespace)
            return;
        var key = (outer.Namespace, target.Namespace);
        if (!_uses.TryGetValue(key, out var pairs))
            _uses[key] = pairs = new SortedSet<string>(StringComparer.Ordinal);
        pairs.Add($"{outer.Name} uses {target.Name}");
    }

    // What the compiler makes stands in no namespace, or under a name that nobody can write.
    private static bool IsWritten(TypeReference type) => type.Namespace.Length > 0 && !type.Name.StartsWith('<');

    private static TypeReference Outermost(TypeReference type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
