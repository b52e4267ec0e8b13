using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RoadSeg.Mutation;

/// <summary>Finds the mistakes that people make: limits off by one, conditions turned, calls left out or in another order, arguments and names taken for
/// each other, exceptions caught too widely or not at all, things not given back.</summary>
internal sealed partial class Operators(string file, SyntaxTree tree, SemanticModel types)
{
    private readonly List<Candidate> _found = [];

    public IReadOnlyList<Candidate> Find()
    {
        foreach (var node in tree.GetRoot().DescendantNodes(static node => !IsOutOfReach(node)))
        {
            if (IsOutOfReach(node))
                continue;
            switch (node)
            {
                case BinaryExpressionSyntax binary: Binary(binary); break;
                case IfStatementSyntax condition: If(condition); break;
                case ConditionalExpressionSyntax choice when !Declares(choice.Condition): Swap(choice.Condition, "condition turned", $"!({choice.Condition})"); break;
                case LiteralExpressionSyntax literal: Literal(literal); break;
                case FieldDeclarationSyntax field: Constant(field); break;
                case MemberAccessExpressionSyntax member: Member(member); break;
                case InvocationExpressionSyntax call: Call(call); break;
                case BaseObjectCreationExpressionSyntax { ArgumentList: { } arguments }: Arguments(arguments); break;
                case ReturnStatementSyntax { Expression: { } value }: Result(value, node); break;
                case ArrowExpressionClauseSyntax { Expression: var value }: Result(value, node); break;
                case BlockSyntax block: Statements(block.Statements); break;
                case CatchClauseSyntax caught: Catch(caught); break;
                case FinallyClauseSyntax last: Finally(last); break;
                case LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 } held: Held(held); break;
                case WithExpressionSyntax changed: With(changed); break;
            }
        }

        return _found;
    }

    // What is said to people or to telemetry, what the compiler must know, and how parts are put together.
    private static bool IsOutOfReach(SyntaxNode node) => node switch
    {
        AttributeListSyntax or PatternSyntax or SwitchLabelSyntax or InterpolatedStringExpressionSyntax or ThrowStatementSyntax or ThrowExpressionSyntax => true,
        ParameterListSyntax or BaseListSyntax or UsingDirectiveSyntax or EnumDeclarationSyntax or WhenClauseSyntax { Parent: CasePatternSwitchLabelSyntax } => true,
        MethodDeclarationSyntax method => method.Identifier.Text.StartsWith("Map", StringComparison.Ordinal) || (method.Identifier.Text.StartsWith("Add", StringComparison.Ordinal) && method.ParameterList.ToString().Contains("this IServiceCollection", StringComparison.Ordinal)),
        InvocationExpressionSyntax call => IsTelemetry(call.Expression.ToString()),
        _ => false,
    };

    private static bool IsTelemetry(string called) =>
        called.StartsWith("Log.", StringComparison.Ordinal) || called.StartsWith("Metrics.", StringComparison.Ordinal) || called.StartsWith("span.", StringComparison.Ordinal)
        || called.StartsWith("RequestSpan.", StringComparison.Ordinal) || called.EndsWith("ThrowIfNull", StringComparison.Ordinal) || called.EndsWith(".ConfigureAwait", StringComparison.Ordinal)
        || called == "nameof" || called.EndsWith("Invalid", StringComparison.Ordinal);

    private void Binary(BinaryExpressionSyntax binary)
    {
        var (kind, other) = binary.Kind() switch
        {
            SyntaxKind.LessThanExpression => ("limit", "<="),
            SyntaxKind.LessThanOrEqualExpression => ("limit", "<"),
            SyntaxKind.GreaterThanExpression => ("limit", ">="),
            SyntaxKind.GreaterThanOrEqualExpression => ("limit", ">"),
            SyntaxKind.EqualsExpression => ("condition turned", "!="),
            SyntaxKind.NotEqualsExpression => ("condition turned", "=="),
            SyntaxKind.LogicalAndExpression => ("and for or", "||"),
            SyntaxKind.LogicalOrExpression => ("and for or", "&&"),
            SyntaxKind.AddExpression when IsNumber(binary) => ("arithmetic", "-"),
            SyntaxKind.SubtractExpression when IsNumber(binary) => ("arithmetic", "+"),
            SyntaxKind.MultiplyExpression => ("arithmetic", "/"),
            SyntaxKind.DivideExpression => ("arithmetic", "*"),
            SyntaxKind.CoalesceExpression when binary.Right is not ThrowExpressionSyntax => ("fallback left out", ""),
            _ => ("", ""),
        };
        if (kind.Length == 0 || Declares(binary))
            return;
        Swap(binary, kind, other.Length == 0 ? $"{binary.Left}!" : $"{binary.Left} {other} {binary.Right}");
    }

    private void If(IfStatementSyntax condition)
    {
        var first = condition.Statement is BlockSyntax { Statements: [var only, ..] } ? only : condition.Statement;
        if (condition.Else is null && !Declares(condition.Condition)
            && first is ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax)
        {
            Add(condition.Condition, "guard left out", "false", static (id, text) => $"!{Candidate.Switch(id)} && ({text})");
        }

        if (!Declares(condition.Condition))
            Swap(condition.Condition, "condition turned", $"!({condition.Condition})");
    }

    private void Literal(LiteralExpressionSyntax literal)
    {
        var changed = literal.Kind() switch
        {
            SyntaxKind.TrueLiteralExpression => "false",
            SyntaxKind.FalseLiteralExpression => "true",
            SyntaxKind.NumericLiteralExpression when literal.Token.Value is int number => $"{(number < 10 ? number + 1 : 2 * number)}",
            _ => null,
        };
        if (changed is not null && !literal.Ancestors().Any(static node => node is FieldDeclarationSyntax field && field.Modifiers.Any(SyntaxKind.ConstKeyword)))
            Swap(literal, "another constant", changed);
    }

    private void Constant(FieldDeclarationSyntax field)
    {
        if (!field.Modifiers.Any(SyntaxKind.ConstKeyword) || field.Declaration is not { Type: var type, Variables: [{ Initializer.Value: var value } variable] } || type.ToString() is not ("int" or "long"))
            return;
        var rest = string.Join(' ', field.Modifiers.Where(static word => !word.IsKind(SyntaxKind.ConstKeyword)).Select(static word => word.Text));
        Add(field, "another constant", $"{variable.Identifier} = 2 * ({value})", (id, _) => $"{rest} static {type} {variable.Identifier} => ({value}) * ({Candidate.Switch(id)} ? 2 : 1);");
    }

    private void Member(MemberAccessExpressionSyntax member)
    {
        if (types.GetSymbolInfo(member).Symbol is not IFieldSymbol { IsConst: true, ContainingType: var owner } field || !owner.ContainingNamespace.ToString()!.StartsWith("RoadSeg", StringComparison.Ordinal)
            || (owner.TypeKind != TypeKind.Enum && owner.Name is not ("Queues" or "Containers")))
            return;
        var all = owner.GetMembers().OfType<IFieldSymbol>().Where(static each => each.IsConst && each.DeclaredAccessibility == Accessibility.Public).ToList();
        var next = all[(all.FindIndex(each => each.Name == field.Name) + 1) % all.Count];
        if (next.Name != field.Name)
            Swap(member, "another name", $"{member.Expression}.{next.Name}");
    }

    private void Call(InvocationExpressionSyntax call)
    {
        Arguments(call.ArgumentList);
        if (call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.Text: var name } member)
            return;
        var other = name switch
        {
            "Any" when call.ArgumentList.Arguments.Count == 1 => "All",
            "All" => "Any",
            "Min" => "Max",
            "Max" => "Min",
            "First" => "Last",
            "Last" => "First",
            "Take" => "TakeLast",
            "TakeLast" => "Take",
            "OrderBy" => "OrderByDescending",
            "OrderByDescending" => "OrderBy",
            "OrderDescending" => "Order",
            "Ceiling" => "Floor",
            "FromSeconds" => "FromMinutes",
            "FromMinutes" => "FromSeconds",
            "FromHours" => "FromMinutes",
            "FromDays" => "FromHours",
            "FromMilliseconds" => "FromSeconds",
            _ => null,
        };
        if (other is not null && !Declares(call))
            Swap(call, "another method", $"{member.Expression}.{other}{call.ArgumentList}");
    }

    private void Arguments(ArgumentListSyntax list)
    {
        var all = list.Arguments;
        for (var i = 0; i + 1 < all.Count; i++)
        {
            var (first, second) = (all[i], all[i + 1]);
            if (first.NameColon is not null || second.NameColon is not null || first.RefKindKeyword.RawKind != 0 || second.RefKindKeyword.RawKind != 0 || first.ToString() == second.ToString()
                || types.GetTypeInfo(first.Expression).Type is not { TypeKind: not TypeKind.Error } type || !SymbolEqualityComparer.Default.Equals(type, types.GetTypeInfo(second.Expression).Type)
                || type.Name == "Func" || list.Parent is not ExpressionSyntax parent || Declares(parent))
                continue;
            var texts = all.Select(static argument => argument.ToString()).ToList();
            (texts[i], texts[i + 1]) = (texts[i + 1], texts[i]);
            var head = parent.ToString()[..(list.SpanStart - parent.SpanStart)];
            var tail = parent.ToString()[(list.Span.End - parent.SpanStart)..];
            Swap(parent, "arguments swapped", $"{head}({string.Join(", ", texts)}){tail}");
        }
    }

    private void Result(ExpressionSyntax value, SyntaxNode at)
    {
        var owner = at.Ancestors().FirstOrDefault(static node => node is MethodDeclarationSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax or PropertyDeclarationSyntax or AccessorDeclarationSyntax);
        var (type, isAsync) = owner switch
        {
            MethodDeclarationSyntax method => (method.ReturnType.ToString(), method.Modifiers.Any(SyntaxKind.AsyncKeyword)),
            LocalFunctionStatementSyntax local => (local.ReturnType.ToString(), local.Modifiers.Any(SyntaxKind.AsyncKeyword)),
            PropertyDeclarationSyntax property => (property.Type.ToString(), false),
            _ => ("", false),
        };
        if (type is "" or "void" || (!isAsync && type.StartsWith("Task", StringComparison.Ordinal)) || value is LiteralExpressionSyntax or ThrowExpressionSyntax || value.ToString() is "default" || Declares(value))
            return;
        if (isAsync && type == "Task")
            return;
        if (types.GetTypeInfo(value).Type?.SpecialType == SpecialType.System_Boolean)
            Swap(value, "result turned", $"!({value})");
        else
            Swap(value, "default returned", "default!");
    }

    private void Swap(ExpressionSyntax node, string kind, string changed) => Add(node, kind, changed, (id, text) => $"({Candidate.Switch(id)} ? {changed} : {text})");

    private void Add(SyntaxNode node, string kind, string becomes, Func<int, string, string> weave) => Add(node.Span, kind, becomes, weave);

    private void Add(TextSpan span, string kind, string becomes, Func<int, string, string> weave) => _found.Add(new Candidate(
        file, tree.GetLineSpan(span).StartLinePosition.Line + 1, span, kind, OneLine(tree.GetText().ToString(span)), OneLine(becomes), weave));

    private bool IsNumber(ExpressionSyntax node) => types.GetTypeInfo(node).Type is { SpecialType: not SpecialType.System_String, TypeKind: TypeKind.Struct };

    private static bool Declares(SyntaxNode node) => node.DescendantNodesAndSelf().Any(static child => child is SingleVariableDesignationSyntax or VariableDeclaratorSyntax or AnonymousFunctionExpressionSyntax { Block: not null });

    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 160 ? line : line[..157] + "...";
    }
}
