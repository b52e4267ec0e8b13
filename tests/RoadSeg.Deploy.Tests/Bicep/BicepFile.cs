using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>A Bicep file as far as text tells: there is no compiler here.</summary>
internal sealed partial class BicepFile
{
    private BicepFile(string path)
    {
        Path = path;
        Text = Tree.Read(path);
        Code = Multiline().Replace(Text, "''");
        Code = Comment().Replace(Code, "");
    }

    public static IReadOnlyList<BicepFile> All { get; } =
        [.. Tree.Files.Where(file => file.StartsWith("infra/azure/", StringComparison.Ordinal) && file.EndsWith(".bicep", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => new BicepFile(file))];

    public static string Everything { get; } = string.Concat(All.Select(file => file.Text));

    public string Path { get; }

    public string Text { get; }

    /// <summary>Without comments and without the content of multi-line strings.</summary>
    public string Code { get; }

    public IEnumerable<string> Parameters => Declared("param");

    public IEnumerable<string> Outputs => Declared("output");

    /// <summary>Parameters that must be given.</summary>
    public IEnumerable<string> Required => Regex.Matches(Code, @"^param (\w+) \w+\s*$", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

    /// <summary>Modules by symbolic name: their file, and the parameters that they are given.</summary>
    public IEnumerable<(string Name, string File, IReadOnlyList<string> Given)> Modules => Module().Matches(Code).Select(match =>
        (match.Groups["name"].Value, match.Groups["file"].Value, (IReadOnlyList<string>)[.. Block(match.Index + match.Length, "params: {").Split('\n').Select(line => Regex.Match(line, @"^    (\w+):")).Where(line => line.Success).Select(line => line.Groups[1].Value)]));

    public IEnumerable<string> Declared(string keyword) => Regex.Matches(Code, $@"^{keyword} (\w+)", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

    public static BicepFile Of(string path) => All.Single(file => file.Path == path);

    // From a marker to the brace that closes it.
    private string Block(int from, string marker)
    {
        var start = Code.IndexOf(marker, from, StringComparison.Ordinal) + marker.Length;
        var depth = 1;
        var end = start;
        while (depth > 0)
            depth += Code[end++] switch { '{' => 1, '}' => -1, _ => 0 };
        return Code[start..(end - 1)];
    }

    [GeneratedRegex("'''.*?'''", RegexOptions.Singleline)]
    private static partial Regex Multiline();

    [GeneratedRegex(@"(?<!:)//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^module (?<name>\w+) '(?<file>[^']+)'", RegexOptions.Multiline)]
    private static partial Regex Module();
}
