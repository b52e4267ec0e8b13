using System.Text;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class RetryTests(AzuriteFixture azurite)
{
    private static readonly Answer Fail = new() { Status = 500 };
    private static readonly Answer Done = new() { Body = """{"Outputs":{"res":{"body":"Retry Count:2 Max Retry Count:2"}}}""" };

    [Theory, Trait("Contract", "30")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_invocation_is_sent_again_with_its_retry_context(bool inHostJson)
    {
        const string retry = """{"strategy":"fixedDelay","maxRetryCount":2,"delayInterval":"00:00:00"}""";
        await using var app = new TestApp()
            .Function("Hello", """[{"type":"httpTrigger","name":"req","authLevel":"anonymous"},{"type":"http","direction":"out","name":"res"}]""", inHostJson ? null : retry)
            .Answers("Hello", Fail, Fail, Done);
        if (inHostJson) app.HostJson["retry"] = System.Text.Json.Nodes.JsonNode.Parse(retry);
        await app.StartAsync();
        using var answer = await app.Client.PostAsync(new Uri("/api/Hello", UriKind.Relative), new StringContent("x"));
        Assert.Equal("Retry Count:2 Max Retry Count:2", await answer.Content.ReadAsStringAsync());

        var contexts = app.Requests("Hello").Select(r => JObject.Parse(Encoding.UTF8.GetString(r.Body))["Metadata"]!["RetryContext"]).ToArray();
        Assert.Equal(3, contexts.Length);
        Assert.Null(contexts[0]);
        Assert.Equal(["RetryCount", "MaxRetryCount", "Exception", "Instance", "State"], ((JObject)contexts[2]!).Properties().Select(p => p.Name));
        Assert.Equal((2, 2), ((int)contexts[2]!["RetryCount"]!, (int)contexts[2]!["MaxRetryCount"]!));
        Assert.Contains("500", (string?)contexts[2]!["Exception"]!["Message"]);
    }

    [Fact, Trait("Contract", "30")]
    public async Task When_the_retries_are_used_up_the_invocation_has_failed()
    {
        await using var app = new TestApp()
            .Function("Hello", """[{"type":"httpTrigger","name":"req","authLevel":"anonymous"},{"type":"http","direction":"out","name":"res"}]""",
                """{"strategy":"exponentialBackoff","maxRetryCount":2,"minimumInterval":"00:00:00.010","maximumInterval":"00:00:00.050"}""")
            .Answers("Hello", Fail);
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Equal(3, app.Requests("Hello").Length);
    }

    [Fact]
    public async Task A_timer_is_retried()
    {
        await using var app = TestApp.With(azurite)
            .Function("Sweep", """[{"type":"timerTrigger","name":"timer","schedule":"0 0 0 1 1 *","runOnStartup":true}]""", """{"strategy":"fixedDelay","maxRetryCount":-1,"delayInterval":"00:00:00"}""")
            .Answers("Sweep", Fail, Fail, Fail, new Answer());
        app.Settings["AzureFunctionsWebHost__hostid"] = $"h{Guid.NewGuid():N}";
        await app.StartAsync();
        await app.RequestsAsync(4, "Sweep");
        await app.LoggedAsync("Succeeded");
    }

    [Theory]
    [InlineData("""{"strategy":"fixedDelay","maxRetryCount":2}""", "delayInterval")]
    [InlineData("""{"strategy":"fixedDelay","delayInterval":"00:00:01"}""", "maxRetryCount")]
    [InlineData("""{"strategy":"never","maxRetryCount":2}""", "strategy")]
    [InlineData("""{"strategy":"exponentialBackoff","maxRetryCount":2,"minimumInterval":"00:00:09","maximumInterval":"00:00:01"}""", "minimumInterval")]
    public void An_incomplete_retry_policy_is_refused(string json, string names) =>
        Assert.Contains(names, Assert.Throws<HostConfigurationException>(() => RetryOptions.From(JObject.Parse(json), "retry")).Message);
}
