using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Rooms;

/// <summary>Where a newcomer finds things: rooms that do not lean on each other in circles, and types in files of their own names.</summary>
public sealed partial class RoomTests
{
    private static readonly string[] Sources = ["functions", "shared", "trainer", "cli", "infra/local"];

    [Theory]
    [InlineData("functions", "RoadSeg.Functions")]
    [InlineData("functions", "RoadSeg.Shared")]
    [InlineData("trainer", "RoadSeg.Trainer")]
    [InlineData("cli", "RoadSeg.Cli")]
    [InlineData("infra/local", "RoadSeg.LocalHost")]
    public void Namespaces_use_each_other_in_no_circle(string folder, string assembly)
    {
        var graph = NamespaceGraph.Read(Checkout.File($"{folder}/bin/Release/net10.0/{assembly}.dll"));

        Assert.InRange(graph.Namespaces, 5, 100);
        Assert.Empty(graph.Cycles());
    }

    [Fact]
    public void A_type_that_other_files_use_has_a_file_of_its_name()
    {
        var files = Programs().ToDictionary(static file => file, static file => Comment().Replace(File.ReadAllText(file), ""));
        var words = files.ToDictionary(static file => file.Key, static file => Word().Matches(file.Value).Select(static word => word.Value).ToHashSet());
        var hidden = new List<string>();
        foreach (var (file, text) in files)
        {
            var name = Path.GetFileName(file).Split('.')[0];
            foreach (var (access, type) in TopLevel().Matches(text).Select(static match => (match.Groups[1].Value, match.Groups[2].Value)))
            {
                if (type != name && access != "file" && (access == "public" || words.Any(other => other.Key != file && other.Value.Contains(type))))
                    hidden.Add($"{type} in {Path.GetRelativePath(Checkout.Root, file)}");
            }
        }

        Assert.InRange(files.Count, 300, 2000);
        Assert.Empty(hidden);
    }

    // What stands within raw string literals is data: a style sheet, a table, a font.
    [Fact]
    public void No_line_of_a_program_is_longer_than_140_columns()
    {
        var longer = new List<string>();
        foreach (var file in Programs())
        {
            var (raw, number) = (false, 0);
            foreach (var line in File.ReadLines(file))
            {
                number++;
                var quotes = RawQuotes().Count(line);
                if (line.Length > 140 && !raw && quotes == 0)
                    longer.Add($"{Path.GetRelativePath(Checkout.Root, file)}:{number} has {line.Length}");
                raw ^= quotes % 2 == 1;
            }

            if (number > 400)
                longer.Add($"{Path.GetRelativePath(Checkout.Root, file)} has {number} lines");
        }

        Assert.Empty(longer);
    }

    private static IEnumerable<string> Programs() => Sources.SelectMany(static folder => Directory.EnumerateFiles(Checkout.File(folder), "*.cs", SearchOption.AllDirectories))
        .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex("\"\"\"")]
    private static partial Regex RawQuotes();

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b[A-Za-z_]\w*\b")]
    private static partial Regex Word();

    // At the start of a line: an expression such as "record with" stands within one.
    [GeneratedRegex(
        @"^(?:(public|internal|file)\s+)?(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
            + @"(?:record struct|record class|record|class|struct|enum|interface)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TopLevel();
}
