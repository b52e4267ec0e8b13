using System.Reflection;
using TorchSharp;

namespace RoadSeg.Torch.Tests;

/// <summary>
/// Holds every public member against the official TorchSharp's metadata: code that compiles against this assembly must compile
/// against the package. Nothing of the package is run.
/// </summary>
public sealed class OfficialApi
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    // Bases that Adam and AdamW share here; their members are those of the official nested types, which is checked there.
    private static readonly HashSet<string> OwnBases = ["TorchSharp.Modules.AdamFamilyOptions", "TorchSharp.Modules.AdamFamilyState"];

    [Fact]
    public void Every_public_member_is_one_of_the_official_package()
    {
        string path = typeof(OfficialApi).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(a => a.Key == "OfficialTorchSharp").Value!;
        if (!File.Exists(path))
            Assert.Skip($"the official package is not restored ({path}).");
        Assembly official = Assembly.LoadFrom(path);
        var faults = new List<string>();
        foreach (Type own in typeof(torch).Assembly.GetExportedTypes())
        {
            if (own.Namespace?.StartsWith("TorchSharp", StringComparison.Ordinal) != true || OwnBases.Contains(own.FullName!))
                continue;
            Type? other = official.GetType(own.FullName!);
            if (other is null)
                faults.Add($"type {own.FullName}");
            else
                Compare(own, other, faults);
        }

        Assert.True(faults.Count == 0, $"{faults.Count} members are not TorchSharp's:\n{string.Join('\n', faults.Order())}");
    }

    private static void Compare(Type own, Type other, List<string> faults)
    {
        if (own.IsEnum)
        {
            foreach (string name in Enum.GetNames(own))
            {
                if (!Enum.IsDefined(other, name) || Convert.ToInt64(Enum.Parse(other, name)) != Convert.ToInt64(Enum.Parse(own, name)))
                    faults.Add($"{own} {name}");
            }

            return;
        }

        if (own.IsAbstract != other.IsAbstract || own.IsValueType != other.IsValueType || own.IsInterface != other.IsInterface
            || (own.IsSealed && !other.IsSealed && own.IsClass) != false)
        {
            faults.Add($"kind of {own}");
        }

        foreach (MethodInfo method in own.GetMethods(All).Where(m => Visible(m) && IsOurs(m)))
        {
            if (!other.GetMethods(All).Any(o => o.Name == method.Name && o.IsStatic == method.IsStatic && Visible(o)
                && Same(method.ReturnType, o.ReturnType) && Callable(method, o)))
            {
                faults.Add($"{own}: {method}");
            }
        }

        foreach (ConstructorInfo constructor in own.GetConstructors(All).Where(Visible))
        {
            if (!other.GetConstructors(All).Any(o => Visible(o) && Callable(constructor, o)))
                faults.Add($"{own}: constructor ({string.Join(", ", constructor.GetParameters().Select(p => p.ToString()))})");
        }

        foreach (FieldInfo field in own.GetFields(All).Where(f => (f.IsPublic || f.IsFamily) && IsOurs(f)))
        {
            if (!other.GetFields(All).Any(o => o.Name == field.Name && o.IsStatic == field.IsStatic && Same(field.FieldType, o.FieldType)))
                faults.Add($"{own}: field {field}");
        }

        foreach (PropertyInfo property in own.GetProperties(All).Where(p => Visible(p.GetMethod ?? p.SetMethod!) && IsOurs(p)))
        {
            if (!other.GetProperties(All).Any(o => o.Name == property.Name && Same(property.PropertyType, o.PropertyType)
                && (!Readable(property.SetMethod) || Readable(o.SetMethod))))
            {
                faults.Add($"{own}: property {property}");
            }
        }
    }

    private static bool Readable(MethodInfo? accessor) => accessor is not null && Visible(accessor);

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsOurs(MemberInfo member) => member.DeclaringType!.Assembly == typeof(torch).Assembly;

    /// <summary>Every call of <paramref name="own"/> is a call of <paramref name="official"/>, by place or by name.</summary>
    private static bool Callable(MethodBase own, MethodBase official)
    {
        ParameterInfo[] mine = own.GetParameters(), theirs = official.GetParameters();
        if (mine.Length > theirs.Length || own.IsGenericMethod != official.IsGenericMethod)
            return false;
        for (int i = 0; i < mine.Length; i++)
        {
            bool same = Same(mine[i].ParameterType, theirs[i].ParameterType)
                && (own.Name.StartsWith("op_", StringComparison.Ordinal) || mine[i].Name == theirs[i].Name)
                && mine[i].IsDefined(typeof(ParamArrayAttribute)) == theirs[i].IsDefined(typeof(ParamArrayAttribute))
                && mine[i].HasDefaultValue == theirs[i].HasDefaultValue
                && (!mine[i].HasDefaultValue || $"{mine[i].RawDefaultValue}" == $"{theirs[i].RawDefaultValue}");
            if (!same)
                return false;
        }

        return theirs.Skip(mine.Length).All(p => p.IsOptional);
    }

    private static bool Same(Type own, Type official) => own.ToString() == official.ToString();
}
