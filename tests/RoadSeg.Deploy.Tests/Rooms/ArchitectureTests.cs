using System.Text.RegularExpressions;
using Mono.Cecil;
using RoadSeg.Tests;

namespace RoadSeg.Deploy.Tests.Rooms;

/// <summary>docs/architecture.md leads through the code by the names of methods: each must be there.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Assemblies =
    [
        "functions/bin/Release/net10.0/RoadSeg.Functions.dll", "functions/bin/Release/net10.0/RoadSeg.Shared.dll", "trainer/bin/Release/net10.0/RoadSeg.Trainer.dll",
        "infra/local/bin/Release/net10.0/RoadSeg.LocalHost.dll",
    ];

    [Theory]
    [InlineData("### A photo's way, by method", 20)]
    [InlineData("### A training image's way, by method", 20)]
    [InlineData("## A new kind of queued work", 1)]
    public void Every_method_that_a_walk_names_exists(string heading, int least)
    {
        var methods = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Assemblies)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(Checkout.File(file));
            foreach (var type in assembly.MainModule.GetTypes())
                methods.UnionWith(type.Methods.Select(method => $"{type.Name.Split('`')[0]}.{method.Name}"));
        }

        var text = File.ReadAllText(Checkout.File("docs/architecture.md"));
        var from = text.IndexOf(heading, StringComparison.Ordinal);
        Assert.True(from >= 0, $"'{heading}' is gone.");
        var end = text.IndexOf("\n#", from + heading.Length, StringComparison.Ordinal);
        var named = Method().Matches(text[from..(end < 0 ? text.Length : end)]).Select(static match => match.Groups[1].Value).ToList();

        Assert.InRange(named.Count, least, 100);
        Assert.Equal([], named.Where(name => !methods.Contains(name)).ToList());
    }

    // Files are no methods.
    [GeneratedRegex("`([A-Z][A-Za-z0-9]*\\.(?!cs`)[A-Za-z][A-Za-z0-9]*)`")]
    private static partial Regex Method();
}
