using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>A Bicep file as text: for what is held against its comments, and against words that must not be in it.</summary>
internal sealed partial class BicepFile
{
    private BicepFile(string path)
    {
        Path = path;
        Text = Tree.Read(path);
        Code = Comment().Replace(Multiline().Replace(Text, "''"), "");
    }

    public static IReadOnlyList<BicepFile> All { get; } =
    [
        .. Tree.Files.Where(file => file.StartsWith("infra/azure/", StringComparison.Ordinal) && file.EndsWith(".bicep", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(file => new BicepFile(file)),
    ];

    public static string Everything { get; } = string.Concat(All.Select(file => file.Text));

    public string Path { get; }

    public string Text { get; }

    /// <summary>Without comments and without the content of multi-line strings.</summary>
    public string Code { get; }

    public static BicepFile Of(string path) => All.Single(file => file.Path == path);

    [GeneratedRegex("'''.*?'''", RegexOptions.Singleline)]
    private static partial Regex Multiline();

    [GeneratedRegex(@"(?<!:)//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
