using RoadSeg.LocalHost;
using YamlDotNet.Serialization;

namespace RoadSeg.Deploy.Tests.Docker;

public sealed class ComposeTests
{
    private const string File = "infra/docker/compose.yaml";

    private static readonly Dictionary<string, object> Compose = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(
        new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(Tree.Read(File)))));

    private static readonly Dictionary<string, Dictionary<object, object>> Services =
        ((Dictionary<object, object>)Compose["services"]).ToDictionary(service => (string)service.Key, service => (Dictionary<object, object>)service.Value);

    [Fact]
    public void Plain_up_starts_storage_and_app_and_profiles_add_the_rest()
    {
        Assert.Equal(["storage", "app"], Services.Where(service => !service.Value.ContainsKey("profiles")).Select(service => service.Key));
        Assert.Equal(["gpu", "trainer", "otel"], Services.Where(service => service.Value.ContainsKey("profiles")).Select(service => service.Key));
    }

    [Fact]
    public void Every_built_image_has_its_dockerfile_and_its_target()
    {
        foreach (var (_, service) in Services.Where(service => service.Value.ContainsKey("build")))
        {
            var build = (Dictionary<object, object>)service["build"];
            var dockerfile = Dockerfile.Of((string)build["dockerfile"]);
            Assert.Equal(Tree.Root, Path.GetFullPath(Tree.At("infra", "docker", (string)build["context"])).TrimEnd('/'));
            Assert.Contains(dockerfile.Targets, target => target.Name == (string)build["target"]);
            Assert.Equal("roadseg-" + build["target"], service["image"]);
        }

        Assert.All(Services.Values.Where(service => !service.ContainsKey("build")), service => Assert.True(PinnedImages.IsPinned((string)service["image"]), $"{service["image"]}"));
    }

    [Fact]
    public void Every_setting_is_read_by_something()
    {
        foreach (var (name, service) in Services)
        {
            var settings = service.TryGetValue("environment", out var environment) ? ((Dictionary<object, object>)environment).Keys.Cast<string>() : [];
            Assert.All(settings, setting => Assert.True(Settings.Means(setting), $"{name} sets {setting}, which nothing reads."));
        }
    }

    [Theory]
    [InlineData("storage")]
    [InlineData("app")]
    [InlineData("gpu")]
    public void The_local_host_understands_its_command_line(string service)
    {
        var line = Parsed(service);
        var target = Target(service);

        // The files it names are those that the image has.
        var there = target.Of("COPY").Select(copy => copy.Plain[^1].Replace("/local/node_modules", "/local/node_modules/", StringComparison.Ordinal)).ToList();
        Assert.All(new[] { line.Plan, line.NodeModules }.OfType<string>(), file => Assert.Contains(there, copied => copied.TrimEnd('/') == file));
        if (line.ScriptRoot is not null)
            Assert.Equal(target.Of("WORKDIR").Last().Arguments, line.ScriptRoot);

        // The image's own, for who runs it without compose, is the same.
        if (service is not "storage")
            Assert.Equal(target.Of("CMD").Last().Words, Command(service));
    }

    [Fact]
    public void Whoever_reaches_the_app_needs_a_key()
    {
        Assert.True(Parsed("app").Auth);
        Assert.True(Parsed("gpu").Auth);
    }

    [Fact]
    public void Everything_is_on_the_hosts_loopback_and_no_two_share_a_port()
    {
        Assert.All(Services.Values, service => Assert.Equal("host", service["network_mode"]));
        Assert.All(Services.Values, service => Assert.False(service.ContainsKey("ports")));
        var ports = new[] { "app", "gpu" }.Select(service => Parsed(service).Port).ToList();
        var storage = Parsed("storage").StoragePort;
        Assert.Equal(ports.Count + 3, new HashSet<int>([.. ports, storage, storage + 1, storage + 2]).Count);

        // UseDevelopmentStorage=true is this port and the next two.
        Assert.Equal(10000, storage);
        Assert.All(["app", "gpu"], service => Assert.Contains($"/{Parsed(service).Port} ", Target(service).Of("HEALTHCHECK").Single().Words![2], StringComparison.Ordinal));
        Assert.Contains("10000", Words(((Dictionary<object, object>)Services["storage"]["healthcheck"])["test"])[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_gpu_worker_the_app_runs_everything_but_the_model()
    {
        Assert.Equal("gpu.env", Services["gpu"]["env_file"]);
        Assert.Equal(
            Names.Gpu.Select(function => $"AzureWebJobs_{function}_Disabled").Order(),
            ((Dictionary<object, object>)Services["app"]["environment"]).Where(pair => Equals(pair.Value, "${ROADSEG_GPU:-0}")).Select(pair => (string)pair.Key).Order());
        Assert.Equal("cuda", ((Dictionary<object, object>)Services["gpu"]["environment"])["ROADSEG_PROVIDER"]);
    }

    [Fact]
    public void One_setting_says_which_of_the_models_that_ship_serves()
    {
        Assert.All(["app", "gpu"], service => Assert.Equal("${ROADSEG_MODEL:-default}", Environment(service)["ROADSEG_MODEL"]));
    }

    [Fact]
    public void Every_volume_is_declared_and_lies_where_its_user_may_write()
    {
        var declared = ((Dictionary<object, object>)Compose["volumes"]).Keys.Cast<string>().ToHashSet();
        var used = new HashSet<string>();
        foreach (var (name, service) in Services.Where(service => service.Value.ContainsKey("volumes")))
        {
            foreach (var volume in ((List<object>)service["volumes"]).Cast<string>().Select(text => text.Split(':')))
            {
                if (volume[0].StartsWith("./", StringComparison.Ordinal))
                {
                    Assert.True(Tree.Has("infra/docker/" + volume[0][2..]), volume[0]);
                    continue;
                }

                used.Add(volume[0]);
                Assert.Contains(Target(name).Of("RUN"), run => run.Arguments.Contains("install -d -o 1654 -g 1654", StringComparison.Ordinal) && run.Arguments.Split(' ').Contains(volume[1]));
            }
        }

        Assert.Equal(declared, used);
    }

    [Fact]
    public void The_trainer_has_the_command_that_its_container_runs()
    {
        var command = Words(Services["trainer"]["command"]);
        Assert.Equal("work", command[0]);
        var sources = Tree.Files.Where(file => file.StartsWith("trainer/Commands/", StringComparison.Ordinal)).Select(file => Tree.Read(file)).SingleOrDefault(text => text.Contains("\"work\"", StringComparison.Ordinal));
        Assert.NotNull(sources);
        var options = command.Concat(Dockerfile.Of("infra/docker/trainer.Dockerfile").Targets.SelectMany(target => target.Of("CMD").Last().Words!)).Append("--until-empty").Where(word => word.StartsWith("--", StringComparison.Ordinal));
        Assert.All(options.Distinct(), option => Assert.Contains($"\"{option}\"", sources, StringComparison.Ordinal));
    }

    internal static string[] Command(string service) => Words(Services[service]["command"]);

    internal static IReadOnlyDictionary<string, string> Environment(string service) =>
        ((Dictionary<object, object>)Services[service]["environment"]).ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value);

    private static CommandLine Parsed(string service)
    {
        CommandLine? line = null;
        var parsed = CommandLine.Command(given =>
        {
            line = given;
            return Task.FromResult(0);
        }).Parse(Command(service));
        Assert.Empty(parsed.Errors);
        parsed.Invoke();
        return line!;
    }

    private static string[] Words(object value) => [.. ((List<object>)value).Cast<string>()];

    private static Stage Target(string service)
    {
        var build = (Dictionary<object, object>)Services[service]["build"];
        return Dockerfile.Of((string)build["dockerfile"]).Stages.Single(stage => stage.Name == (string)build["target"]);
    }
}
