using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>The container apps and the job, as Azure would be asked for them.</summary>
public sealed class AppTests
{
    private static readonly JsonNode Host = JsonNode.Parse(Tree.Read("functions", "host.json"))!;
    private static readonly JsonNode Roles = Names.Document()["roles"]!;

    public static TheoryData<string> Apps => ["roadseg", "roadseg-gpu"];

    [Fact]
    public void Every_setting_of_a_container_is_read_by_something()
    {
        foreach (var properties in Deployment.Gpu.Ours)
        {
            var settings = Deployment.Settings(properties);
            Assert.True(settings.Count >= 5);
            Assert.All(settings.Keys, name => Assert.True(Settings.Means(name), $"{name} is set, which nothing reads."));
        }
    }

    [Fact]
    public void Every_setting_is_set_by_the_deployment_or_left_at_its_default_on_purpose()
    {
        var images = Docker.Dockerfile.All.SelectMany(file => file.Instructions).Where(instruction => instruction.Keyword == "ENV");
        var written = Deployment.Gpu.Ours.SelectMany(properties => Deployment.Settings(properties).Keys)
            .Concat(images.SelectMany(env => env.Pairs).Select(pair => pair.Name))
            .Where(name => name.StartsWith("ROADSEG_", StringComparison.Ordinal));

        Assert.Equal(Settings.Deployed.Order(StringComparer.Ordinal), written.Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(Settings.Deployed.Intersect(Settings.LeftAtDefault));

        // Who adds a setting says here which of the two it is.
        Assert.Equal(
            Settings.Own.Order(StringComparer.Ordinal),
            Settings.Deployed.Concat(Settings.LeftAtDefault).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_Functions_host_gets_what_it_does_not_know_by_itself(string app)
    {
        var settings = Deployment.Settings(Deployment.Gpu.App(app));

        Assert.Equal("dotnet-isolated", settings["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal("managedidentity", settings["AzureWebJobsStorage__credential"]);

        // Without it a host goes by its machine's name, and each replica would have leases, timers and keys of its own. Of longer names it
        // keeps 32 letters.
        Assert.Equal(app, settings["AzureFunctionsWebHost__hostid"]);
        Assert.Matches("^[a-z0-9-]{1,32}$", app);
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_Functions_host_gets_nothing_that_makes_it_believe_what_is_not_so(string app)
    {
        var settings = Deployment.Settings(Deployment.Gpu.App(app)).Keys;

        // By the first it runs on the Linux Consumption plan and waits to be assigned an app; keys that are files are each replica's own;
        // and host.json has it send telemetry where OTEL_EXPORTER_OTLP_ENDPOINT says, so by the last it would send all twice.
        Assert.Empty(settings.Intersect(["CONTAINER_NAME", "AzureWebJobsSecretStorageType", "APPLICATIONINSIGHTS_CONNECTION_STRING"]));
        Assert.Equal("OpenTelemetry", (string)Host["telemetryMode"]!);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT", settings);
        Assert.Contains("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", settings);
    }

    [Theory]
    [InlineData("roadseg", 500)]
    [InlineData("roadseg-gpu", 250)]
    public void Idle_queues_of_the_roles_that_people_wait_for_are_looked_at_in_the_interval_of_the_role(string app, int milliseconds)
    {
        const string Setting = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval";
        var interval = TimeSpan.Parse(Deployment.Settings(Deployment.Gpu.App(app))[Setting], CultureInfo.InvariantCulture);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), interval);
        Assert.True(interval < TimeSpan.Parse((string)Host["extensions"]!["queues"]!["maxPollingInterval"]!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Each_role_runs_its_own_functions_and_is_woken_by_their_queues()
    {
        Assert.Equal(Of("gpu", "functions"), Disabled(Deployment.Gpu.App("roadseg")));
        Assert.Equal(Of("cpu", "functions"), Disabled(Deployment.Gpu.App("roadseg-gpu")));
        Assert.Equal(Of("cpu", "wakes"), Woken(Deployment.Gpu.App("roadseg")));
        Assert.Equal(Of("gpu", "wakes"), Woken(Deployment.Gpu.App("roadseg-gpu")));

        // Without a GPU one role runs all.
        Assert.Empty(Disabled(Deployment.CpuOnly.App("roadseg")));
        Assert.Equal(Of("cpu", "wakes").Concat(Of("gpu", "wakes")), Woken(Deployment.CpuOnly.App("roadseg")));
        Assert.DoesNotContain("roadseg-gpu", Deployment.CpuOnly.Names("Microsoft.App/containerApps"));
    }

    [Fact]
    public void Scale_rules_are_our_own_with_the_apps_identity_and_watch_only_queues_that_are_made()
    {
        var queues = Deployment.Gpu.Names("Microsoft.Storage/storageAccounts/queueServices/queues").ToHashSet(StringComparer.Ordinal);
        foreach (var app in Apps.Select(row => row.Data))
        {
            var resource = Deployment.Gpu.Of("Microsoft.App/containerApps").Single(one => (string)one["name"]! == app);
            var scale = resource["properties"]!["template"]!["scale"]!;
            var rules = scale["rules"]!.AsArray().Select(rule => rule!["custom"]).OfType<JsonNode>().ToList();

            // Of kind functionapp the platform would make rules of its own, and refuse these: docs/decisions/0020.
            Assert.Null(resource["kind"]);
            Assert.NotEmpty(rules);

            // A rule for a queue that is not there keeps an app from ever scaling in (kedacore/keda#6005).
            Assert.All(Deployment.QueueRules(scale).Keys, queue => Assert.Contains(queue, queues));
            Assert.All(Deployment.QueueRules(scale).Values, length => Assert.Equal($"{Host["extensions"]!["queues"]!["batchSize"]}", length));
            var identity = resource["identity"]!["userAssignedIdentities"]!.AsObject().Single().Key;
            Assert.All(rules, rule => Assert.Equal(identity, (string)rule["identity"]!));
        }

        var trainer = Deployment.Gpu.Trainer["configuration"]!["eventTriggerConfig"]!["scale"]!;
        Assert.Equal(Of("trainer", "wakes"), Deployment.QueueRules(trainer).Keys);
    }

    [Fact]
    public void Both_roles_serve_the_same_of_the_models_that_ship()
    {
        var allowed = Regex.Match(BicepFile.Of("infra/azure/main.bicep").Text, @"@allowed\(\[(.*)\]\)\s+param model ").Groups[1].Value;

        Assert.All(Apps.Select(row => row.Data), app => Assert.Equal("default", Deployment.Settings(Deployment.Gpu.App(app))["ROADSEG_MODEL"]));
        Assert.Equal(
            Directory.EnumerateDirectories(Tree.At("models")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            allowed.Split(',').Select(name => name.Trim(' ', '\'')));
    }

    [Fact]
    public void A_leaving_replica_has_as_long_as_a_message_may_take()
    {
        var timeout = TimeSpan.Parse((string)Host["functionTimeout"]!, CultureInfo.InvariantCulture);
        Assert.All(Apps.Select(row => Deployment.Gpu.App(row.Data)["template"]!), template =>
            Assert.Equal(timeout, TimeSpan.FromSeconds((int)template["terminationGracePeriodSeconds"]!)));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Every_probe_asks_an_endpoint_of_the_app_and_waits_longer_than_the_second_that_it_would_by_itself(string app)
    {
        var endpoints = Regex.Matches(Tree.Read("functions", "Health", "HealthEndpoints.cs"), "MapGet\\(\"([^\"]+)\"")
            .Select(match => match.Groups[1].Value).ToList();
        var probes = Deployment.Container(Deployment.Gpu.App(app))["probes"]!.AsArray();

        Assert.Equal(["Startup", "Liveness", "Readiness"], probes.Select(probe => (string)probe!["type"]!));
        Assert.Equal(["/health/live", "/health/live", "/health/ready"], probes.Select(probe => (string)probe!["httpGet"]!["path"]!));
        Assert.All(probes, probe => Assert.Contains((string)probe!["httpGet"]!["path"]!, endpoints));

        // Readiness asks storage, for which it takes up to four seconds itself.
        Assert.All(probes, probe => Assert.Equal(5, (int)probe!["timeoutSeconds"]!));
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Ports_are_those_of_the_dockerfile(string app)
    {
        var properties = Deployment.Gpu.App(app);
        var port = Docker.Dockerfile.Of("infra/docker/functions.Dockerfile").Stages
            .Single(stage => "roadseg-" + stage.Name == Deployment.Image(properties)).Of("EXPOSE").Single().Arguments;

        Assert.Equal(port, properties["configuration"]!["ingress"]!["targetPort"]!.ToString());
        Assert.All(Deployment.Container(properties)["probes"]!.AsArray(), probe => Assert.Equal(port, $"{probe!["httpGet"]!["port"]}"));
    }

    [Fact]
    public void Each_role_has_its_image_and_the_trainer_for_cuda_trains_on_the_gpu()
    {
        Assert.Equal("roadseg-functions", Deployment.Image(Deployment.Gpu.App("roadseg")));
        Assert.Equal("roadseg-functions-gpu", Deployment.Image(Deployment.Gpu.App("roadseg-gpu")));
        Assert.Equal(("roadseg-trainer", "cpu", "Consumption"), Trainer(Deployment.Gpu));
        Assert.Equal(("roadseg-trainer-cuda", "cuda", "gpu"), Trainer(Deployment.CudaTrainer));

        static (string, string, string) Trainer(Deployment deployment) => (
            Deployment.Image(deployment.Trainer),
            (string)Deployment.Container(deployment.Trainer)["args"]!.AsArray()[^1]!,
            (string)deployment.Trainer["workloadProfileName"]!);
    }

    [Fact]
    public void The_collector_is_of_a_version_whose_exporter_is_known_to_reach_Application_Insights()
    {
        // Another one only by who has seen spans and metrics arrive: the module says what is reported of those before and after.
        var image = (string)Deployment.Container(Deployment.Gpu.App("roadseg-telemetry"))["image"]!;
        Assert.Equal("otel/opentelemetry-collector-contrib:0.138.0", image);
        Assert.True(Docker.PinnedImages.IsPinned(image));
    }

    private static string[] Of(string role, string what) => [.. Roles[role]![what]!.AsArray().Select(name => (string)name!)];

    private static IEnumerable<string> Disabled(JsonNode app) =>
        Deployment.Settings(app).Keys.Select(name => Regex.Match(name, "^AzureWebJobs_(\\w+)_Disabled$"))
            .Where(match => match.Success).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Woken(JsonNode app) => Deployment.QueueRules(app["template"]!["scale"]!).Keys;
}
