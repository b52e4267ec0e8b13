using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RoadSeg.Functions.Jobs;
using RoadSeg.Storage;
using YamlDotNet.Serialization;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>What can be known of the Bicep without its compiler and without Azure.</summary>
public sealed partial class BicepTests
{
    private static readonly Dictionary<string, string> Roles = new(StringComparer.Ordinal)
    {
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["19e7f393-937e-4f77-808e-94535e297925"] = "Storage Queue Data Reader",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
    };

    public static TheoryData<string> Files => [.. BicepFile.All.Select(file => file.Path)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Brackets_and_quotes_are_balanced(string path)
    {
        var open = new Stack<char>();
        var code = Regex.Replace(BicepFile.Of(path).Code, @"'(?:\\.|[^'\n])*'", "''");
        foreach (var character in code)
        {
            if (character is '{' or '[' or '(')
                open.Push(character);
            else if (character is '}' or ']' or ')')
                Assert.Equal(character switch { '}' => '{', ']' => '[', _ => '(' }, open.Pop());
        }

        Assert.Empty(open);
        Assert.All(code.Split('\n'), line => Assert.Equal(0, line.Count(character => character == '\'') % 2));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_that_is_declared_is_used(string path)
    {
        var file = BicepFile.Of(path);
        foreach (var name in ((string[])["param", "var"]).SelectMany(file.Declared))
            Assert.True(Regex.Count(file.Code, $@"\b{name}\b") > 1, $"{path}: {name} is not used.");
        Assert.Equal([], file.Declared("param").Concat(file.Declared("var")).Concat(file.Declared("resource")).Concat(file.Declared("module")).GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Modules_are_there_and_get_exactly_the_parameters_they_have(string path)
    {
        foreach (var (name, module, given) in BicepFile.Of(path).Modules)
        {
            var file = Path.GetRelativePath(Tree.Root, Path.GetFullPath(Path.Combine(Tree.At(path), "..", module)));
            Assert.True(Tree.Has(file), $"{path}: {module} is not there.");
            var parameters = BicepFile.Of(file).Parameters.ToList();
            Assert.Equal([], given.Except(parameters).Select(unknown => $"{name} has no parameter {unknown}"));
            Assert.Equal([], BicepFile.Of(file).Required.Except(given).Select(missing => $"{name} is not given {missing}"));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Outputs_that_are_read_are_outputs_that_are_written(string path)
    {
        var file = BicepFile.Of(path);
        var modules = file.Modules.ToDictionary(module => module.Name, module => Path.GetRelativePath(Tree.Root, Path.GetFullPath(Path.Combine(Tree.At(path), "..", module.File))));
        foreach (Match read in Output().Matches(file.Code))
            Assert.Contains(read.Groups[2].Value, BicepFile.Of(modules[read.Groups[1].Value]).Outputs);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Resources_name_a_type_and_a_dated_version(string path)
    {
        var file = BicepFile.Of(path);
        Assert.All(Resource().Matches(file.Code), match => Assert.Matches(@"^Microsoft\.\w+(/\w+)+@20\d\d-(0\d|1[0-2])-([0-2]\d|3[01])(-preview)?$", match.Groups[1].Value));

        // One version a type: two would mean that one of them is out of date.
        Assert.Equal([], BicepFile.All.SelectMany(all => Resource().Matches(all.Code)).Select(match => match.Groups[1].Value.Split('@')).GroupBy(type => type[0]).Where(type => type.Select(part => part[1]).Distinct().Count() > 1).Select(type => type.Key));
    }

    [Fact]
    public void Files_that_are_loaded_are_there()
    {
        foreach (var file in BicepFile.All)
            Assert.All(Regex.Matches(file.Code, @"loadJsonContent\('([^']+)'\)"), match => Assert.True(File.Exists(Path.Combine(Tree.At(file.Path), "..", match.Groups[1].Value)), match.Value));
    }

    [Fact]
    public void What_is_read_of_names_json_and_host_json_is_in_them()
    {
        var stack = BicepFile.Of("infra/azure/stack.bicep").Code;
        foreach (var (variable, file) in new[] { ("names", "infra/names.json"), ("host", "functions/host/host.json") })
        {
            var reads = Regex.Matches(stack, $@"(?<![\w/]){variable}((?:\.\w+)+)").Select(match => match.Groups[1].Value).Distinct().ToList();
            Assert.NotEmpty(reads);
            foreach (var read in reads)
            {
                var node = JsonNode.Parse(Tree.Read(file));
                foreach (var step in read.Split('.', StringSplitOptions.RemoveEmptyEntries))
                    node = node?[step];
                Assert.True(node is not null, $"{file} has no {read}.");
            }
        }
    }

    [Fact]
    public void Every_setting_of_a_container_is_read_by_something()
    {
        foreach (var file in (string[])["infra/azure/modules/functions.bicep", "infra/azure/modules/trainer.bicep"])
        {
            var settings = Regex.Matches(BicepFile.Of(file).Code, @"\{ name: '([^']+)', (value|secretRef):").Select(match => match.Groups[1].Value).Where(name => char.IsUpper(name[0])).ToList();
            Assert.True(settings.Count >= 5, file);
            foreach (var setting in settings.Where(setting => !setting.Contains('$', StringComparison.Ordinal)))
                Assert.True(Settings.Means(setting), $"{file} sets {setting}, which nothing reads.");
        }

        Assert.Contains("'AzureWebJobs_${function}_Disabled'", BicepFile.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_set_by_the_deployment_or_left_at_its_default_on_purpose()
    {
        var written = BicepFile.All.Select(file => file.Code).SelectMany(code => Regex.Matches(code, @"\{ name: '(ROADSEG_\w+)', (?:value|secretRef):").Select(match => match.Groups[1].Value))
            .Concat(Docker.Dockerfile.All.SelectMany(file => file.Instructions).Where(instruction => instruction.Keyword == "ENV").SelectMany(env => env.Pairs).Select(pair => pair.Name).Where(name => name.StartsWith("ROADSEG_", StringComparison.Ordinal)));

        Assert.Equal(Settings.Deployed.Order(StringComparer.Ordinal), written.Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(Settings.Deployed.Intersect(Settings.LeftAtDefault));

        // Who adds a setting says here which of the two it is.
        Assert.Equal(Settings.Own.Order(StringComparer.Ordinal), Settings.Deployed.Concat(Settings.LeftAtDefault).Order(StringComparer.Ordinal));
        Assert.All(Docker.Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == "functions-gpu").Of("ENV").SelectMany(env => env.Pairs).Where(pair => pair.Name == "ROADSEG_PROVIDER"), pair => Assert.Equal("cuda", pair.Value));
    }

    [Fact]
    public void What_is_kept_and_deleted_agrees_with_the_apps_own_retention()
    {
        var main = BicepFile.Of("infra/azure/main.bicep").Code;
        var options = new JobOptions();
        Assert.Equal(options.KeepUploads, TimeSpan.FromDays(Number(main, @"param keepUploadsDays int = (\d+)")));
        Assert.Equal(options.KeepResults, TimeSpan.FromDays(Number(main, @"param keepResultsDays int = (\d+)")));

        // A rule that came before the app's own would take a result that its record still promises.
        var storage = BicepFile.Of("infra/azure/modules/storage.bicep").Code;
        var spare = Number(storage, @"var spareDays = (\d+)");
        Assert.Equal(options.KeepTrainings, TimeSpan.FromDays(Number(storage, @"\{ container: 'trainings', days: (\d+) \+ spareDays \}")));
        Assert.True(TimeSpan.FromDays(spare) > options.Deadline + options.Lease);
        foreach (var (container, days) in Regex.Matches(storage, @"\{ container: '([\w-]+)', days: (.+?) \}").Select(match => (match.Groups[1].Value, match.Groups[2].Value)))
        {
            Assert.Contains(container, Containers.All);
            Assert.EndsWith("spareDays", days, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Containers_and_queues_are_named_in_names_json_alone_but_for_the_lifecycle()
    {
        foreach (var file in BicepFile.All.Where(file => !file.Path.EndsWith("/storage.bicep", StringComparison.Ordinal)))
        {
            var words = Regex.Matches(file.Code, @"'([a-z][a-z-]+)'").Select(match => match.Groups[1].Value);
            Assert.Equal([], words.Where(word => Queues.All.Contains(word) || (word.Contains('-', StringComparison.Ordinal) && Containers.All.Contains(word))));
        }
    }

    [Fact]
    public void Every_role_has_its_own_name_beside_it_and_docs_list_it()
    {
        var found = BicepFile.All.SelectMany(file => file.Text.Split('\n')).Select(line => RoleLine().Match(line)).Where(match => match.Success).ToList();
        Assert.NotEmpty(found);
        foreach (var match in found)
            Assert.Equal(Roles[match.Groups[1].Value], match.Groups[2].Value.Trim());
        Assert.Equal(found.Count, Guid().Count(BicepFile.Everything));
        var deploy = Tree.Read("docs", "deploy.md");
        Assert.All(found.Select(match => match.Groups[2].Value.Trim()).Distinct(), role => Assert.Contains(role, deploy, StringComparison.Ordinal));
        Assert.DoesNotContain("Owner", string.Concat(found.Select(match => match.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_roles_in_docs_names_the_containers_and_queues_that_each_identity_gets()
    {
        var roles = Names.Document()["roles"]!;
        string[] Of(string role, string what) => [.. roles[role]![what]!.AsArray().Select(name => (string)name!)];
        var host = Regex.Match(BicepFile.Of("infra/azure/modules/access.bicep").Code, @"concat\(gpuContainers, \[([^\]]+)\]\)").Groups[1].Value.Split(',').Select(name => name.Trim(' ', '\'')).ToArray();

        Assert.Equal(2, host.Length);
        Assert.Equal([.. Of("gpu", "containers"), .. host], Granted("GPU app", "Storage Blob Data Contributor"));
        Assert.Equal(Of("gpu", "queues"), Granted("GPU app", "Storage Queue Data Contributor"));
        Assert.Equal(Of("trainer", "containers"), Granted("trainer", "Storage Blob Data Contributor"));
        Assert.Equal(Of("trainer", "reads"), Granted("trainer", "Storage Blob Data Reader"));
        Assert.Equal(Of("trainer", "queues"), Granted("trainer", "Storage Queue Data Contributor"));
        Assert.Empty(Granted("GPU app", "Storage Blob Data Reader"));
    }

    // Names in a row of the table: those of its own role stand first, others behind a semicolon and the role's name.
    private static List<string> Granted(string identity, string role)
    {
        var granted = new List<string>();
        var owner = "";
        foreach (var cells in Tree.Read("docs", "deploy.md").Split("### Who may do what")[1].Split("###")[0].Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
        {
            owner = cells[1] is "" ? owner : cells[1];
            foreach (var (part, i) in cells[3].Split(';').Select((part, i) => (part, i)))
            {
                if (owner == identity && (i == 0 ? cells[2] == role : part.Trim().StartsWith(role, StringComparison.Ordinal)))
                    granted.AddRange(Regex.Matches(part, "`([a-z-]+)`").Select(match => match.Groups[1].Value));
            }
        }

        return granted;
    }

    [Fact]
    public void Storage_has_no_keys_and_no_anonymous_readers()
    {
        var storage = BicepFile.Of("infra/azure/modules/storage.bicep").Code;
        Assert.All(
            ["allowSharedKeyAccess: false", "allowBlobPublicAccess: false", "supportsHttpsTrafficOnly: true", "minimumTlsVersion: 'TLS1_2'", "publicAccess: 'None'", "allowCrossTenantReplication: false"],
            line => Assert.Contains(line, storage, StringComparison.Ordinal));
        Assert.DoesNotContain("listKeys", BicepFile.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", BicepFile.Everything, StringComparison.Ordinal);
        Assert.Contains("adminUserEnabled: false", BicepFile.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_are_those_that_the_app_reads_and_what_cannot_be_delivered_is_kept()
    {
        var events = BicepFile.Of("infra/azure/modules/events.bicep").Code;
        Assert.Contains("includedEventTypes: ['Microsoft.Storage.BlobCreated']", events, StringComparison.Ordinal);
        Assert.Contains("values: ['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose']", events, StringComparison.Ordinal);
        Assert.Contains("subjectBeginsWith: '/blobServices/default/containers/${event.container}/blobs/'", events, StringComparison.Ordinal);
        Assert.Contains("deadLetterWithResourceIdentity", events, StringComparison.Ordinal);
        var deadLetters = BicepFile.All.SelectMany(file => Regex.Matches(file.Code, @"var deadLetters = '([\w-]+)'")).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, deadLetters.Count);
        Assert.Single(deadLetters.Distinct());

        // The subject that the filter is on is the one that the app takes apart.
        var sample = RoadSeg.Jobs.BlobCreatedEvent.For(Containers.Datasets, "roads/dataset.json", "0x1", 1);
        Assert.Equal((Containers.Datasets, "roads/dataset.json"), (sample.Container, sample.Path));
        Assert.All(Names.Document()["blobEvents"]!.AsArray(), filter => Assert.True((string)filter!["container"]! != Containers.Datasets || sample.Path.EndsWith((string)filter["endsWith"]!, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_leaving_replica_has_as_long_as_a_message_may_take()
    {
        var timeout = TimeSpan.Parse((string)JsonNode.Parse(Tree.Read("functions", "host", "host.json"))!["functionTimeout"]!, CultureInfo.InvariantCulture);
        Assert.Equal(timeout, TimeSpan.FromSeconds(Number(BicepFile.Of("infra/azure/modules/functions.bicep").Code, @"terminationGracePeriodSeconds: (\d+)")));
    }

    [Fact]
    public void Every_probe_asks_an_endpoint_of_the_app_and_waits_longer_than_the_second_that_it_would_by_itself()
    {
        var endpoints = Regex.Matches(Tree.Read("functions", "Health", "HealthEndpoints.cs"), "MapGet\\(\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        var probes = Regex.Matches(BicepFile.Everything, @"type: '(Startup|Liveness|Readiness)'\s+httpGet: \{ path: '([^']+)', port: \d+ \}([^}]*)\}").ToList();

        Assert.Equal(["Startup", "Liveness", "Readiness"], probes.Select(probe => probe.Groups[1].Value));
        Assert.Equal(probes.Count, Regex.Count(BicepFile.Everything, "httpGet:"));
        Assert.All(probes, probe => Assert.Contains(probe.Groups[2].Value, endpoints));

        // Readiness asks storage, for which it takes up to four seconds itself.
        Assert.All(probes, probe => Assert.Equal(5, Number(probe.Groups[3].Value, @"timeoutSeconds: (\d+)")));
        Assert.Equal("/health/ready", probes[2].Groups[2].Value);
        Assert.DoesNotContain(probes.Take(2), probe => probe.Groups[2].Value == "/health/ready");
    }

    [Fact]
    public void Ports_and_images_are_those_of_the_dockerfiles()
    {
        var functions = BicepFile.Of("infra/azure/modules/functions.bicep").Code;
        Assert.Equal(["8080"], Regex.Matches(functions, @"(?:targetPort|port): (\d+)").Select(match => match.Groups[1].Value).Distinct());
        Assert.All(["functions", "functions-gpu"], target => Assert.Equal("8080", Docker.Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == target).Of("EXPOSE").Single().Arguments));

        var built = Regex.Matches(Tree.Read("infra", "azure", "images"), @"build (roadseg-[\w-]+) (\w+\.Dockerfile) ([\w-]+)").Select(match => (Image: match.Groups[1].Value, File: match.Groups[2].Value, Target: match.Groups[3].Value)).ToList();
        Assert.Equal(Regex.Matches(BicepFile.Everything, @"/(roadseg-[\w-]+):\$\{imageTag\}").Select(match => match.Groups[1].Value).Order(), built.Select(image => image.Image).Distinct().Order());
        Assert.All(built, image => Assert.Contains(Docker.Dockerfile.Of("infra/docker/" + image.File).Targets, target => target.Name == image.Target));
        Assert.All(Regex.Matches(BicepFile.Everything, @"image: '([^'$]+)'"), match => Assert.True(Docker.PinnedImages.IsPinned(match.Groups[1].Value), match.Value));
    }

    [Fact]
    public void The_collector_is_of_a_version_whose_exporter_is_known_to_reach_Application_Insights()
    {
        // Another one only by who has seen spans and metrics arrive: the module says what is reported of those before and after.
        Assert.Contains("image: 'otel/opentelemetry-collector-contrib:0.138.0'", BicepFile.Of("infra/azure/modules/collector.bicep").Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Docs_have_the_host_make_its_keys_before_they_are_read_and_the_app_restarted_after_one_is_taken_away()
    {
        var name = Regex.Match(BicepFile.Of("infra/azure/stack.bicep").Code, "var appName = '([^']+)'").Groups[1].Value;
        var keys = Tree.Read("docs", "deploy.md").Split("### Keys of callers")[1].Split("\n### ")[0];
        string[] steps =
        [
            "ADDRESS=$(azd env get-value ROADSEG_ADDRESS)", "-H 'x-functions-key: none' \"$ADDRESS/v1/jobs\"", $"--name {name}/host.json", "-X DELETE \"$ADDRESS/admin/host/functionkeys/", $"--name {name}; }}",
            "revision restart --revision",
        ];

        Assert.All(steps, step => Assert.Contains(step, keys, StringComparison.Ordinal));
        Assert.Equal(steps, steps.OrderBy(step => keys.IndexOf(step, StringComparison.Ordinal)));
        Assert.Contains("docs/deploy.md#keys-of-callers", Tree.Read("SECURITY.md"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_docs_read_of_the_azd_environment_is_in_it()
    {
        var read = Regex.Matches(Tree.Read("docs", "deploy.md"), @"azd env get-value (\w+)").Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.True(read.Count >= 4);
        Assert.Equal([], read.Except(BicepFile.Of("infra/azure/main.bicep").Outputs).Except(["AZURE_SUBSCRIPTION_ID"]));
    }

    [Fact]
    public void Parameters_of_azd_are_those_of_the_template()
    {
        var given = JsonNode.Parse(Tree.Read("infra", "azure", "main.parameters.json"))!["parameters"]!.AsObject().Select(parameter => parameter.Key).ToList();
        var main = BicepFile.Of("infra/azure/main.bicep");
        Assert.Equal([], given.Except(main.Parameters));
        Assert.Equal([], main.Required.Except(given));

        var azd = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(Tree.Read("infra", "azure", "azure.yaml"));
        Assert.Equal("main", ((Dictionary<object, object>)azd["infra"])["module"]);
        var hook = (Dictionary<object, object>)((Dictionary<object, object>)azd["hooks"])["postprovision"];
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Tree.At("infra", "azure", (string)hook["run"])).HasFlag(UnixFileMode.UserExecute));

        // Outputs become environment variables of hooks.
        Assert.All(Regex.Matches(Tree.Read("infra", "azure", "images"), @"\$\{(ROADSEG_\w+)"), match => Assert.True(
            main.Outputs.Contains(match.Groups[1].Value) || Tree.Read("infra", "azure", "main.parameters.json").Contains("${" + match.Groups[1].Value, StringComparison.Ordinal), match.Value));
    }

    private static int Number(string text, string pattern) => int.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\b(\w+)\.outputs\.(\w+)")]
    private static partial Regex Output();

    [GeneratedRegex(@"^resource \w+ '([^']+)'", RegexOptions.Multiline)]
    private static partial Regex Resource();

    [GeneratedRegex(@"'([0-9a-f]{8}-[0-9a-f-]{27})' // (.+)$")]
    private static partial Regex RoleLine();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guid();
}
