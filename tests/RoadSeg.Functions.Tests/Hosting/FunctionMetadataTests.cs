using System.Text.Json.Nodes;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Hosting;

/// <summary>What the worker tells the host of its functions, as the build generates it, against infra/names.json and the documents.</summary>
public sealed class FunctionMetadataTests
{
    [Fact]
    public async Task The_functions_are_those_of_the_roles_and_the_one_that_every_role_has()
    {
        var roles = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.File("infra/names.json"), TestContext.Current.CancellationToken))!["roles"]!;

        var named = ((string[])["cpu", "gpu"]).SelectMany(role => roles[role]!["functions"]!.AsArray()).Select(name => (string)name!).Append("Site");

        Assert.Equal(named.Order(), (await TriggersAsync()).Keys.Order());
    }

    [Fact]
    public async Task Every_queue_is_one_that_is_made_and_of_the_storage_account_of_the_app()
    {
        var queues = (await TriggersAsync()).Values.Where(trigger => (string)trigger["type"]! == "queueTrigger").ToList();

        Assert.All(queues, trigger => Assert.Contains((string)trigger["queueName"]!, Queues.All));
        Assert.All(queues, trigger => Assert.Equal("AzureWebJobsStorage", (string)trigger["connection"]!));
        Assert.Equal(queues.Count, queues.Select(trigger => (string)trigger["queueName"]!).Distinct().Count());
    }

    [Fact]
    public async Task Timers_tick_as_the_documents_say_and_keep_no_record_of_it()
    {
        var timers = (await TriggersAsync()).Where(function => (string)function.Value["type"]! == "timerTrigger").ToDictionary(function => function.Key, function => function.Value);

        Assert.Equal(
            [("Retention", "0 7 * * * *"), ("Sweep", "*/10 * * * * *"), ("SweepAudits", "30 * * * * *"), ("SweepBatches", "5/20 * * * * *"), ("SweepDatasets", "0 */5 * * * *"), ("SweepTrainings", "0 * * * * *")],
            timers.OrderBy(timer => timer.Key, StringComparer.Ordinal).Select(timer => (timer.Key, (string)timer.Value["schedule"]!)));
        Assert.All(timers.Values, timer => Assert.False((bool?)timer["useMonitor"] ?? true));
    }

    [Fact]
    public async Task Only_reading_what_is_not_the_api_needs_no_key_and_what_checks_keys_itself()
    {
        var triggers = await TriggersAsync();

        Assert.Equal(("Function", "v1/{*path}"), Of(triggers["Api"]));
        Assert.Equal(("Anonymous", "{*path}"), Of(triggers["Site"]));
        Assert.Equal(("Anonymous", "api/{*path}"), Of(triggers["Cvat"]));
        Assert.Equal(("Anonymous", "label-studio/{*path}"), Of(triggers["LabelStudio"]));

        // Hosts try routes in this order.
        Assert.True(((string[])["Cvat", "LabelStudio"]).All(static tool => string.CompareOrdinal(tool, "Site") < 0));
        Assert.Equal(["get", "head"], triggers["Site"]["methods"]!.AsArray().Select(method => (string)method!));
        Assert.Equal(["get", "head", "post", "put", "delete"], triggers["Api"]["methods"]!.AsArray().Select(method => (string)method!));

        static (string, string) Of(JsonNode trigger) => ((string)trigger["authLevel"]!, (string)trigger["route"]!);
    }

    private static async Task<Dictionary<string, JsonNode>> TriggersAsync() => (await new GeneratedFunctionMetadataProvider().GetFunctionMetadataAsync("")).ToDictionary(
        function => function.Name!,
        function => function.RawBindings!.Select(binding => JsonNode.Parse(binding)!).Single(binding => ((string)binding["type"]!).EndsWith("Trigger", StringComparison.Ordinal)));
}
