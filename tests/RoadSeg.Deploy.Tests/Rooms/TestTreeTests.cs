using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Rooms;

/// <summary>Where a newcomer finds the tests of something: in the folder of the same name, in a file that ends with Tests.</summary>
public sealed partial class TestTreeTests
{
    // The others test no folder: the whole by its processes, what is deployed, how fast it is, and how well the tests notice mistakes.
    private static readonly Dictionary<string, string> Mirrored = new()
    {
        ["RoadSeg.Functions.Tests"] = "functions",
        ["RoadSeg.Shared.Tests"] = "shared",
        ["RoadSeg.Trainer.Tests"] = "trainer",
        ["RoadSeg.LocalHost.Tests"] = "infra/local",
    };

    // What the tests of a project share, and the app that the tests of the local host run.
    private static readonly string[] Exceptions = ["Support", "TestWorker"];

    private static readonly IReadOnlyList<string> Files = [.. Tree.Files.Where(static file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))];

    [Fact]
    public void Tests_lie_in_the_folder_of_what_they_test()
    {
        var strays = new List<string>();
        foreach (var (project, sources) in Mirrored)
        {
            var own = Files.Where(file => file.StartsWith($"tests/{project}/", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(own);
            foreach (var file in own)
            {
                var path = file[$"tests/{project}/".Length..];
                var folder = Path.GetDirectoryName(path)!;
                var found = folder.Length > 0
                    ? Exceptions.Contains(folder.Split('/')[0]) || Tree.Has($"{sources}/{folder}")
                    : !path.EndsWith("Tests.cs", StringComparison.Ordinal) || Tree.Has($"{sources}/{path[..^"Tests.cs".Length]}.cs");
                if (!found)
                    strays.Add(file);
            }
        }

        Assert.Equal([], strays);
    }

    [Fact]
    public void A_file_of_tests_has_the_name_of_its_class_which_ends_with_Tests_and_has_no_underscore()
    {
        var misnamed = new List<string>();
        foreach (var file in Files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var text = Tree.Read(file);
            var isTest = Attribute().IsMatch(text);
            if (name.Contains('_', StringComparison.Ordinal) || (isTest && !(name.EndsWith("Tests", StringComparison.Ordinal) && text.Contains($" class {name}", StringComparison.Ordinal))))
                misnamed.Add(file);
            misnamed.AddRange(Class().Matches(text).Select(match => $"{match.Groups[1].Value} in {file}"));
        }

        Assert.Equal([], misnamed);
    }

    [Fact]
    public void No_test_project_compiles_a_file_of_another()
    {
        var projects = Tree.Files.Where(static file => file.StartsWith("Directory.Build.", StringComparison.Ordinal)
            || (file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal)));

        Assert.Equal([], projects.Where(static file => Linked().IsMatch(Tree.Read(file))));
    }

    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^\s*(?:\w+ )*(?:class|record|struct) (\w*_\w*)", RegexOptions.Multiline)]
    private static partial Regex Class();

    [GeneratedRegex("<Compile Include=")]
    private static partial Regex Linked();
}
