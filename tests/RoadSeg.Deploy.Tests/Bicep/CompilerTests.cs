using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>The real compiler, and the Azure Developer CLI's files, without Azure.</summary>
public sealed class CompilerTests
{
    private static readonly Lazy<JsonNode> Template = new(() =>
    {
        var (code, template, said) = BicepCompiler.Run("build", Tree.At("infra", "azure", "main.bicep"), "--stdout");
        return (code, said) is (0, "") ? JsonNode.Parse(template)! : throw new InvalidOperationException(said);
    });

    [Fact]
    public void Everything_compiles_without_a_warning()
    {
        Assert.NotEmpty(Template.Value["resources"]!.AsArray());

        // And everything is part of it.
        var modules = BicepFile.All.SelectMany(file => Regex.Matches(file.Code, @"^module \w+ '([^']+)'", RegexOptions.Multiline)
            .Select(match => Path.GetFullPath(Path.Combine(Tree.At(file.Path), "..", match.Groups[1].Value))));
        Assert.Equal(
            BicepFile.All.Select(file => file.Path).Where(path => path != "infra/azure/main.bicep"),
            modules.Select(path => Path.GetRelativePath(Tree.Root, path)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parameters_of_azd_are_those_of_the_template()
    {
        var given = JsonNode.Parse(Tree.Read("infra", "azure", "main.parameters.json"))!["parameters"]!.AsObject();
        var parameters = Template.Value["parameters"]!.AsObject();

        Assert.Equal([], given.Select(parameter => parameter.Key).Except(parameters.Select(parameter => parameter.Key)));
        Assert.Equal([], parameters.Where(parameter => parameter.Value!["defaultValue"] is null).Select(parameter => parameter.Key)
            .Except(given.Select(parameter => parameter.Key)));

        // What azd gives where nothing is set is what the template has by itself.
        foreach (var (name, parameter) in given)
        {
            if (Regex.Match((string)parameter!["value"]!, @"^\$\{\w+=(.*)\}$") is { Success: true } match)
                Assert.Equal((string?)parameters[name]!["defaultValue"], match.Groups[1].Value);
        }
    }

    [Fact]
    public void What_docs_read_of_the_azd_environment_is_in_it_and_what_they_have_set_is_read()
    {
        var deploy = Tree.Read("docs", "deploy.md");
        var read = Regex.Matches(deploy, @"azd env get-value (\w+)").Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(read.Count >= 4);
        Assert.Equal([], read.Except(Deployment.Gpu.Outputs).Except(["AZURE_SUBSCRIPTION_ID"]));

        var table = deploy.Split("Settings, each by")[1].Split("\n\n")[1];
        var set = Regex.Matches(table, "`(ROADSEG_[A-Z_]+)`").Concat(Regex.Matches(deploy, @"azd env set (ROADSEG_\w+)"))
            .Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(set.Count >= 10);
        var readers = Tree.Read("infra", "azure", "main.parameters.json") + Tree.Read("infra", "azure", "images");
        Assert.All(set, name => Assert.Contains($"${{{name}", readers, StringComparison.Ordinal));
    }

    [Fact]
    public void One_azd_up_provisions_what_images_need_builds_them_and_provisions_the_apps()
    {
        var azd = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Tree.Read("infra", "azure", "azure.yaml"));
        Assert.Equal("main", ((Dictionary<object, object>)azd["infra"])["module"]);
        var up = (Dictionary<object, object>)((Dictionary<object, object>)azd["workflows"])["up"];
        var steps = ((List<object>)up["steps"]).Cast<Dictionary<object, object>>().Select(step => Assert.Single(step));
        Assert.Equal(["azd provision", "azd provision"], steps.Select(step => $"{step.Key} {step.Value}"));
        var hook = (Dictionary<object, object>)((Dictionary<object, object>)azd["hooks"])["postprovision"];
        Assert.Equal("./images", hook["run"]);
        var images = Tree.At("infra", "azure", "images");
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(images).HasFlag(UnixFileMode.UserExecute));

        // The first step: the registry and all that apps need, but nothing that runs an image.
        var first = Deployment.WithoutImages;
        Assert.Single(first.Of("Microsoft.ContainerRegistry/registries"));
        Assert.NotEmpty(first.Of("Microsoft.Storage/storageAccounts/queueServices/queues"));
        Assert.Empty(first.Of("Microsoft.App/containerApps").Concat(first.Of("Microsoft.App/jobs")));

        // Its outputs become environment variables of the hook.
        Assert.Contains("ROADSEG_REGISTRY", first.Outputs);
        var script = File.ReadAllText(images);
        Assert.All(Regex.Matches(script, @"\$\{(ROADSEG_\w+):\?"), match => Assert.Contains(match.Groups[1].Value, first.Outputs));

        // The second, by what the hook has noted.
        Assert.All(Regex.Matches(script, @"azd env set --cwd infra/azure (\w+)"), match =>
            Assert.Contains($"${{{match.Groups[1].Value}=", Tree.Read("infra", "azure", "main.parameters.json"), StringComparison.Ordinal));
        Assert.Equal(
            ["roadseg", "roadseg-gpu", "roadseg-telemetry"],
            Deployment.Gpu.Names("Microsoft.App/containerApps").Order(StringComparer.Ordinal));
        Assert.Single(Deployment.Gpu.Of("Microsoft.App/jobs"));
    }
}
