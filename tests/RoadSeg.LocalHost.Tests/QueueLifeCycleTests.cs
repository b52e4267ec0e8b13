using System.Text;
using Azure.Storage.Queues;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Queues;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class QueueLifeCycleTests(AzuriteFixture azurite)
{
    private static readonly Answer Fail = new() { Status = 500 };

    [Fact, Trait("Contract", "24"), Trait("Contract", "8"), Trait("Contract", "7")]
    public async Task A_message_that_succeeds_is_deleted()
    {
        var queue = azurite.NewQueue();
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name).StartAsync();
        await queue.SendMessageAsync("HelloWorld");
        var request = (await app.RequestsAsync(1, "Work"))[0];
        Assert.Equal("\"HelloWorld\"", (string?)JObject.Parse(Encoding.UTF8.GetString(request.Body))["Data"]!["job"]);
        Assert.Equal(["application/json; charset=utf-8"], request.Headers["Content-Type"]);
        Assert.Equal(["chunked"], request.Headers["Transfer-Encoding"]);
        await GoneAsync(queue);
        Assert.Single(app.Requests("Work"));
        Assert.False((bool)await azurite.Queue(queue.Name + "-poison").ExistsAsync());
    }

    [Fact, Trait("Contract", "24")]
    public async Task A_message_that_always_fails_is_tried_five_times_and_then_moved_with_the_same_body()
    {
        var queue = azurite.NewQueue();
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", Fail).StartAsync();
        await queue.SendMessageAsync("""{"id":"ü <&> \"q\""}""");
        var poison = azurite.Queue(queue.Name + "-poison");
        var moved = await Eventually.GetAsync(async () => await poison.ExistsAsync() ? (await poison.PeekMessageAsync()).Value : null, "the poison message");
        Assert.Equal("""{"id":"ü <&> \"q\""}""", moved.Body.ToString());
        Assert.Equal(["1", "2", "3", "4", "5"], app.Requests("Work").Select(Count));
        await GoneAsync(queue);
    }

    [Fact, Trait("Contract", "24")]
    public async Task A_message_dequeued_too_often_is_moved_without_being_tried()
    {
        var queue = azurite.NewQueue();
        await queue.SendMessageAsync("old");
        for (var i = 0; i < 5; i++) await queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1)).ContinueWith(async t => await queue.UpdateMessageAsync(t.Result.Value.MessageId, t.Result.Value.PopReceipt), TaskScheduler.Default).Unwrap();
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name).StartAsync();
        var poison = azurite.Queue(queue.Name + "-poison");
        await Eventually.GetAsync(async () => await poison.ExistsAsync() ? (await poison.PeekMessageAsync()).Value : null, "the poison message");
        Assert.Empty(app.Requests("Work"));
    }

    [Fact, Trait("Contract", "24")]
    public async Task A_failed_message_is_not_seen_again_before_the_visibility_timeout()
    {
        var queue = azurite.NewQueue();
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", Fail, new Answer());
        app.Queues["visibilityTimeout"] = "00:00:03";
        await app.StartAsync();
        await queue.SendMessageAsync("x");
        var requests = await app.RequestsAsync(2, "Work");
        // The service counts whole seconds.
        Assert.True(requests[1].At - requests[0].At >= TimeSpan.FromSeconds(2));
        await GoneAsync(queue);
    }

    [Fact, Trait("Contract", "24")]
    public async Task A_poison_queue_has_no_poison_queue_and_its_failed_message_stays_invisible()
    {
        var queue = azurite.NewQueue(suffix: "-poison");
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", Fail);
        app.Queues["maxDequeueCount"] = 1;
        await app.StartAsync();
        await queue.SendMessageAsync("x");
        await app.RequestsAsync(1, "Work");
        await app.LoggedAsync("Failed");
        Assert.Null((await queue.PeekMessageAsync()).Value);
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        Assert.Single(app.Requests("Work"));
    }

    [Theory]
    [InlineData("orders", "orders-poison")]
    [InlineData("orders-poison", null)]
    [InlineData("a-queue-name-of-fifty-seven-letters-and-more-0123456789-ab", null)]
    [InlineData("bad--name", null)]
    public void A_poison_queue_is_named_after_its_queue(string queue, string? poison) => Assert.Equal(poison, QueueProcessor.PoisonName(queue));

    [Fact]
    public async Task The_queue_is_not_made_by_the_trigger_and_found_once_it_is_there()
    {
        var queue = azurite.NewQueue(create: false);
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name.ToUpperInvariant()).StartAsync();
        await Eventually.TrueAsync(() => azurite.AccessLog.Count(l => l.Contains($"{queue.Name}/messages?", StringComparison.Ordinal)) >= 2, "two polls");
        Assert.False((bool)await queue.ExistsAsync());
        await queue.CreateAsync();
        await queue.SendMessageAsync("x");
        await app.RequestsAsync(1, "Work");
    }

    [Fact]
    public async Task Base64_is_the_default_on_the_wire_for_triggers_outputs_and_poison()
    {
        var queue = azurite.NewQueue(encoding: QueueMessageEncoding.Base64);
        var outQueue = azurite.NewQueue(create: false, encoding: QueueMessageEncoding.Base64);
        await using var app = TestApp.With(azurite)
            .Function("Work", $$"""[{"type":"queueTrigger","name":"job","queueName":"{{queue.Name}}"},{"type":"queue","direction":"out","name":"out","queueName":"{{outQueue.Name}}"}]""")
            .Answers("Work", new Answer { Body = """{"Outputs":{"out":"hello to you"}}""" }, Fail);
        app.Queues.Remove("messageEncoding");
        await app.StartAsync();
        await queue.SendMessageAsync("é");
        await app.RequestsAsync(1, "Work");
        var sent = await Eventually.GetAsync(async () => await outQueue.ExistsAsync() ? (await outQueue.ReceiveMessageAsync()).Value : null, "the output");
        Assert.Equal("hello to you", sent.Body.ToString());

        await azurite.Queue(queue.Name).SendMessageAsync("not base64!");
        var poison = azurite.Queue(queue.Name + "-poison");
        var moved = await Eventually.GetAsync(async () => await poison.ExistsAsync() ? (await poison.PeekMessageAsync()).Value : null, "the poison message");
        Assert.Equal("not base64!", moved.Body.ToString());
        Assert.Single(app.Requests("Work"));
    }

    [Fact]
    public async Task A_handler_killed_in_the_middle_of_a_message_gets_it_again_from_its_successor()
    {
        var queue = azurite.NewQueue();
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", new Answer { DelayMs = 60_000 }, new Answer()).StartAsync();
        await queue.SendMessageAsync("x");
        var first = (await app.RequestsAsync(1, "Work"))[0];
        System.Diagnostics.Process.GetProcessById(app.Host.HandlerProcessId!.Value).Kill();
        var requests = await app.RequestsAsync(2, "Work");
        Assert.Equal("1", Count(requests[0]));
        Assert.InRange(int.Parse(Count(requests[1])), 2, 5);
        Assert.NotEqual(first.ProcessId, requests[1].ProcessId);
        await GoneAsync(queue);
        Assert.Contains("exited with code 137", app.Logs.ToString());
    }

    [Fact]
    public async Task Running_messages_finish_before_the_host_stops()
    {
        var queue = azurite.NewQueue();
        await using var app = await TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", new Answer { DelayMs = 1500 }).StartAsync();
        await queue.SendMessageAsync("x");
        await app.RequestsAsync(1, "Work");
        await app.Host.StopAsync();
        await GoneAsync(queue);
        Assert.Equal("The host was stopped.", await app.Host.Completion);
    }

    private static string Count(RecordedRequest request) => (string)JObject.Parse(Encoding.UTF8.GetString(request.Body))["Metadata"]!["DequeueCount"]!;

    private static Task GoneAsync(QueueClient queue) =>
        Eventually.TrueAsync(async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0, "an empty queue");
}
