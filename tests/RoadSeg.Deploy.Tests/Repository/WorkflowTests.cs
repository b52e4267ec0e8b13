using System.Text.RegularExpressions;
using RoadSeg.Deploy.Tests.Docker;
using YamlDotNet.Serialization;

namespace RoadSeg.Deploy.Tests.Repository;

/// <summary>The workflow for the repository's users does what the README says and no more.</summary>
public sealed class WorkflowTests
{
    private static readonly string Text = Tree.Read(".github", "workflows", "ci.yml");
    private static readonly Dictionary<string, object> Workflow = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Text);

    [Fact]
    public void It_runs_the_two_commands_of_the_README()
    {
        var commands = Regex.Match(Tree.Read("README.md"), "## Two commands.*?```sh\n(.*?)```", RegexOptions.Singleline).Groups[1].Value
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('#')[0].Trim()).ToList();

        Assert.Equal(2, commands.Count);
        Assert.Equal(commands, Steps("readme").Where(step => step.ContainsKey("run")).Select(step => (string)step["run"]));
    }

    [Fact]
    public void It_builds_every_target_of_every_dockerfile()
    {
        var built = Regex.Matches(Text, @"\{ dockerfile: (\w+), target: ([\w-]+) \}").Select(match => $"infra/docker/{match.Groups[1].Value}.Dockerfile {match.Groups[2].Value}");

        Assert.Equal(Dockerfile.All.SelectMany(file => file.Targets.Select(target => $"{file.Path} {target.Name}")).Order(StringComparer.Ordinal), built.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void It_may_read_the_repository_and_nothing_else()
    {
        var permissions = (Dictionary<object, object>)Workflow["permissions"];

        Assert.Equal("contents", Assert.Single(permissions).Key);
        Assert.Equal("read", permissions["contents"]);
        Assert.DoesNotContain("secrets.", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("pull_request_target", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_action_is_of_a_version()
    {
        var uses = ((Dictionary<object, object>)Workflow["jobs"]).Keys.SelectMany(job => Steps((string)job)).Where(step => step.ContainsKey("uses")).Select(step => (string)step["uses"]).ToList();

        Assert.NotEmpty(uses);
        Assert.All(uses, action => Assert.Matches(@"^[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})$", action));
    }

    [Fact]
    public void Dependencies_of_every_kind_are_kept_current()
    {
        var bot = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Tree.Read(".github", "dependabot.yml"));
        var updates = ((List<object>)bot["updates"]).Cast<Dictionary<object, object>>().ToList();

        Assert.Equal(["docker", "docker-compose", "github-actions", "npm", "nuget"], updates.Select(update => (string)update["package-ecosystem"]).Order());
        var folders = updates.SelectMany(update => update.TryGetValue("directories", out var several) ? ((List<object>)several).Cast<string>() : [(string)update["directory"]]);
        Assert.All(folders.Where(folder => folder != "/"), folder => Assert.True(Tree.Has(folder.TrimStart('/')), folder));
        Assert.Equal(
            Tree.Files.Where(file => Path.GetFileName(file) == "package.json").Select(file => "/" + Path.GetDirectoryName(file)).Order(StringComparer.Ordinal),
            ((List<object>)updates.Single(update => (string)update["package-ecosystem"] == "npm")["directories"]).Cast<string>().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<Dictionary<object, object>> Steps(string job) =>
        ((List<object>)((Dictionary<object, object>)((Dictionary<object, object>)Workflow["jobs"])[job])["steps"]).Cast<Dictionary<object, object>>();
}
