using System.Text.RegularExpressions;
using RoadSeg.Functions.Work;
using RoadSeg.Storage;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>The storage account, its events and who may do what in it, as Azure would be asked for them.</summary>
public sealed partial class StorageTests
{
    private static readonly Dictionary<string, string> RoleNames = new(StringComparer.Ordinal)
    {
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = "Storage Blob Data Reader",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["19e7f393-937e-4f77-808e-94535e297925"] = "Storage Queue Data Reader",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = "AcrPull",
    };

    private const string ContainerType = "Microsoft.Storage/storageAccounts/blobServices/containers";

    /// <summary>Of the Functions host, and of events that could not be delivered.</summary>
    private static readonly string[] NotOurs = ["azure-webjobs-hosts", "azure-webjobs-secrets", "event-dead-letters"];

    [Fact]
    public void Every_container_and_queue_of_the_app_is_made()
    {
        Assert.Equal(Containers.All.Concat(NotOurs), Deployment.WithoutImages.Names(ContainerType));
        Assert.Equal(Queues.All, Deployment.WithoutImages.Names("Microsoft.Storage/storageAccounts/queueServices/queues"));
    }

    [Fact]
    public void What_is_kept_and_deleted_agrees_with_the_apps_own_retention()
    {
        var options = new WorkOptions();
        var app = Deployment.Settings(Deployment.Gpu.App("roadseg"));
        Assert.Equal(options.KeepUploads, TimeSpan.Parse(app["ROADSEG_KEEP_UPLOADS"], null));
        Assert.Equal(options.KeepResults, TimeSpan.Parse(app["ROADSEG_KEEP_RESULTS"], null));

        // A rule that came before the app's own would take a result that its record still promises.
        var spare = options.Deadline + options.Lease;
        var policy = Deployment.Gpu.Of("Microsoft.Storage/storageAccounts/managementPolicies").Single()["properties"]!["policy"]!;
        var rules = policy["rules"]!.AsArray().Select(rule => rule!["definition"]!).ToDictionary(
            rule => ((string)rule["filters"]!["prefixMatch"]![0]!).TrimEnd('/'),
            rule => TimeSpan.FromDays((int)rule["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!));

        // Photos and videos that would lie there for ever if the app's own timer stopped.
        Assert.Empty(((string[])[Containers.Uploads, Containers.Submitted, Containers.Batches, Containers.Clips, Containers.BatchRuns, Containers.Results]).Except(rules.Keys));

        // Metrics and logs of runs are append blobs: a rule for block blobs alone would keep them for ever.
        Assert.All(
            policy["rules"]!.AsArray().Select(rule => rule!["definition"]!["filters"]!["blobTypes"]!.AsArray()),
            types => Assert.Equal(["blockBlob", "appendBlob"], types.Select(type => (string)type!)));
        foreach (var (container, days) in rules.Where(rule => rule.Key != "event-dead-letters"))
        {
            Assert.Contains(container, Containers.All);
            Assert.True(days > spare + (container switch
            {
                Containers.Uploads or Containers.Submitted or Containers.Batches or Containers.Clips => options.KeepUploads,
                Containers.Work => TimeSpan.Zero,
                Containers.Trainings => options.KeepTrainings,
                _ => options.KeepResults,
            }), container);
        }
    }

    [Fact]
    public void Containers_and_queues_are_named_in_names_json_alone_but_for_the_lifecycle()
    {
        foreach (var file in BicepFile.All.Where(file => !file.Path.EndsWith("/storage.bicep", StringComparison.Ordinal)))
        {
            var words = Regex.Matches(file.Code, @"'([a-z][a-z-]+)'").Select(match => match.Groups[1].Value);
            Assert.Equal([], words.Where(word => Queues.All.Contains(word) || (word.Contains('-', StringComparison.Ordinal)
                && Containers.All.Contains(word))));
        }
    }

    [Fact]
    public void Every_role_has_its_own_name_beside_it_and_docs_list_it()
    {
        var found = BicepFile.All.SelectMany(file => file.Text.Split('\n')).Select(line => RoleLine().Match(line))
            .Where(match => match.Success).ToList();
        Assert.NotEmpty(found);
        foreach (var match in found)
            Assert.Equal(RoleNames[match.Groups[1].Value], match.Groups[2].Value.Trim());
        Assert.Equal(found.Count, Guid().Count(BicepFile.Everything));
        var deploy = Tree.Read("docs", "deploy.md");
        Assert.All(found.Select(match => match.Groups[2].Value.Trim()), role => Assert.Contains(role, deploy, StringComparison.Ordinal));
        Assert.DoesNotContain("Owner", string.Concat(found.Select(match => match.Value)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GPU app", "gpu")]
    [InlineData("trainer", "trainer")]
    public void The_table_of_roles_in_docs_names_the_containers_and_queues_that_each_identity_gets(string identity, string role)
    {
        var granted = Grants(role).ToLookup(grant => grant.Role, grant => grant.On);

        Assert.True(granted.Count >= 3);
        foreach (var name in RoleNames.Values.Where(name => name != "AcrPull"))
            Assert.Equal(granted[name].OfType<string>().Order(StringComparer.Ordinal), InDocs(identity, name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_the_cpu_app_may_write_the_whole_account()
    {
        Assert.Equal(["AcrPull", "Storage Blob Data Contributor", "Storage Queue Data Contributor"], OnTheWhole("cpu"));
        Assert.Equal(["AcrPull", "Storage Queue Data Reader"], OnTheWhole("gpu"));
        Assert.Equal(["AcrPull"], OnTheWhole("trainer"));

        static IEnumerable<string> OnTheWhole(string role) => Grants(role).Where(grant => grant.On is null).Select(grant => grant.Role);
    }

    [Fact]
    public void Storage_has_no_keys_and_no_anonymous_readers()
    {
        var account = Deployment.Gpu.Of("Microsoft.Storage/storageAccounts").Single()["properties"]!;
        string[] off = ["allowSharedKeyAccess", "allowBlobPublicAccess", "allowCrossTenantReplication"];
        Assert.All(off, property => Assert.False((bool)account[property]!));
        Assert.True((bool)account["supportsHttpsTrafficOnly"]!);
        Assert.Equal("TLS1_2", (string)account["minimumTlsVersion"]!);
        Assert.All(Deployment.Gpu.Of(ContainerType), container => Assert.Equal("None", (string)container["properties"]!["publicAccess"]!));
        Assert.False((bool)Deployment.Gpu.Of("Microsoft.ContainerRegistry/registries").Single()["properties"]!["adminUserEnabled"]!);
        Assert.DoesNotContain("listKeys", BicepFile.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("AccountKey", BicepFile.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_are_those_that_the_app_reads_and_what_cannot_be_delivered_is_kept()
    {
        var subscriptions = Deployment.Gpu.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions").Select(one => one["properties"]!).ToList();
        var deliveries = subscriptions.Select(one => one["deliveryWithResourceIdentity"]!["destination"]!["properties"]!);
        Assert.Equal(Queues.BlobEvents.Values, deliveries.Select(delivery => (string)delivery["queueName"]!));
        foreach (var (subscription, (container, _)) in subscriptions.Zip(Queues.BlobEvents))
        {
            var filter = subscription["filter"]!;
            Assert.Equal(["Microsoft.Storage.BlobCreated"], filter["includedEventTypes"]!.AsArray().Select(type => (string)type!));
            Assert.Equal(
                ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose"],
                filter["advancedFilters"]!.AsArray().Single()!["values"]!.AsArray().Select(call => (string)call!));
            Assert.Equal($"/blobServices/default/containers/{container}/blobs/", (string)filter["subjectBeginsWith"]!);
            Assert.Equal(Queues.BlobEventSuffix(container), (string)filter["subjectEndsWith"]!);
            Assert.Contains(
                (string)subscription["deadLetterWithResourceIdentity"]!["deadLetterDestination"]!["properties"]!["blobContainerName"]!,
                Deployment.Gpu.Names(ContainerType));
        }

        // The subject that the filter is on is the one that the app takes apart.
        var sample = RoadSeg.Jobs.BlobCreatedEvent.For(Containers.Datasets, "roads/dataset.json", "0x1", 1);
        Assert.Equal((Containers.Datasets, "roads/dataset.json"), (sample.Container, sample.Path));
        Assert.EndsWith(Queues.BlobEventSuffix(Containers.Datasets), sample.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Docs_have_the_host_make_its_keys_before_they_are_read_and_the_app_restarted_after_one_is_taken_away()
    {
        var keys = Tree.Read("docs", "deploy.md").Split("### Keys of callers")[1].Split("\n### ")[0];
        var id = Deployment.Settings(Deployment.Gpu.App("roadseg"))["AzureFunctionsWebHost__hostid"];
        string[] steps =
        [
            "ADDRESS=$(azd env get-value ROADSEG_ADDRESS)", "-H 'x-functions-key: none' \"$ADDRESS/v1/jobs\"", $"--name {id}/host.json",
            "-X DELETE \"$ADDRESS/admin/host/functionkeys/", "--name roadseg; }",
            "revision restart --revision",
        ];

        Assert.All(steps, step => Assert.Contains(step, keys, StringComparison.Ordinal));
        Assert.Equal(steps, steps.OrderBy(step => keys.IndexOf(step, StringComparison.Ordinal)));
        Assert.Contains("docs/deploy.md#keys-of-callers", Tree.Read("SECURITY.md"), StringComparison.Ordinal);
    }

    // What an identity may do, and on which container or queue; null where it is the account or the registry.
    private static IEnumerable<(string Role, string? On)> Grants(string role)
    {
        foreach (var assignment in Deployment.Gpu.Of("Microsoft.Authorization/roleAssignments"))
        {
            if (!((string)assignment["properties"]!["principalId"]!).Contains($"/id-roadseg-{role}-", StringComparison.Ordinal))
                continue;
            var on = Regex.Match((string)assignment["id"]!, @"/(?:containers|queues)/([\w-]+)'");
            var id = ((string)assignment["properties"]!["roleDefinitionId"]!).Split('/')[^1];
            yield return (RoleNames[id], on.Success ? on.Groups[1].Value : null);
        }
    }

    // Names in a row of the table: those of its own role stand first, others behind a semicolon and the role's name.
    private static List<string> InDocs(string identity, string role)
    {
        var granted = new List<string>();
        var owner = "";
        var table = Tree.Read("docs", "deploy.md").Split("### Who may do what")[1].Split("###")[0].Split('\n').Where(line => line.StartsWith('|'));
        foreach (var cells in table.Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
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

    [GeneratedRegex(@"'([0-9a-f]{8}-[0-9a-f-]{27})' // (.+)$")]
    private static partial Regex RoleLine();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guid();
}
