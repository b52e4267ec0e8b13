using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Repository;

/// <summary>SECURITY.md promises nothing that no test holds.</summary>
public sealed class SecurityTests
{
    private static readonly string Page = Tree.Read("SECURITY.md");

    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        var tests = Tree.Files.Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(Tree.Read(file), @"public (?:async )?(?:Task|void) (\w+)\(").Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        var named = Regex.Matches(Page, "`([A-Z][a-z]*(?:_\\w+){3,})`").Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.True(named.Count > 40, "The threat model is gone.");
        Assert.Equal([], named.Except(tests));
    }

    [Fact]
    public void Every_threat_names_a_test_or_says_that_it_is_not_prevented()
    {
        var rows = Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| attempt", StringComparison.Ordinal)).ToList();

        Assert.True(rows.Count > 25);
        Assert.All(rows, row => Assert.True(Regex.IsMatch(row, "`\\w+_\\w+_\\w+`") || row.Contains("**not prevented.**", StringComparison.Ordinal), row));
    }
}
