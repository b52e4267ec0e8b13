using System.Diagnostics;
using System.Net.Http.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace RoadSeg.LocalHost.Tests;

public sealed class QueueTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_message_that_succeeds_is_deleted_and_the_workers_log_comes_through_at_its_level()
    {
        await using var app = await new TestApp(azurite).StartAsync();
        await app.WorkQueue.SendMessageAsync("""{"a":"ü <&> \"q\""}""");
        var run = (await app.RunsAsync("Work", "ended"))[0];
        Assert.Equal(("""{"a":"ü <&> \"q\""}""", 1), (run.Text, run.DequeueCount));
        await EmptyAsync(app.WorkQueue);
        Assert.Contains(app.Logs.Lines, line => line is { Category: "Function.Work.User", Level: LogLevel.Warning } && line.Text.StartsWith("Working on", StringComparison.Ordinal));
        Assert.Contains(app.Logs.Lines, line => line.Text.Contains("Executed 'Functions.Work' (Succeeded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_text_binding_gets_the_text_and_its_metadata()
    {
        await using var app = await new TestApp(azurite).StartAsync();
        var queue = azurite.Queue(app.Settings["TEXT_QUEUE"]);
        await queue.CreateAsync();
        await queue.SendMessageAsync("plain text");
        var run = (await app.RunsAsync("Text", "ended"))[0];
        Assert.Equal(("plain text", 1), (run.Text, run.DequeueCount));
    }

    [Fact]
    public async Task A_message_that_always_fails_is_tried_as_often_as_host_json_says_and_then_moved_with_the_same_body()
    {
        await using var app = await new TestApp(azurite).StartAsync();
        await app.WorkQueue.SendMessageAsync("throw");
        var poison = azurite.Queue(app.WorkQueue.Name + "-poison");
        var moved = await Eventually.GetAsync(async () => await poison.ExistsAsync() ? (await poison.PeekMessageAsync()).Value : null, "the poison message");
        Assert.Equal("throw", moved.Body.ToString());
        Assert.Equal([1, 2, 3], app.Runs("Work").Select(run => run.DequeueCount));
        await EmptyAsync(app.WorkQueue);
        await app.LoggedAsync("The work failed.");
    }

    [Fact]
    public async Task The_listeners_options_are_those_of_host_json_and_settings_win_over_it()
    {
        await using var app = new TestApp(azurite) { Settings = { ["AzureFunctionsJobHost__extensions__queues__batchSize"] = "7" } };
        await app.StartAsync();
        var options = app.Logs.Lines.Single(line => line.Text.StartsWith("QueuesOptions", StringComparison.Ordinal)).Text;
        Assert.Contains("\"BatchSize\": 7", options);
        Assert.Contains("\"NewBatchThreshold\": 2", options);
        Assert.Contains("\"MaxPollingInterval\": \"00:00:00.2000000\"", options);
        Assert.Contains("\"VisibilityTimeout\": \"00:00:01\"", options);
    }

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_a_message_leaves_it_to_its_successor()
    {
        await using var app = await new TestApp(azurite).StartAsync();
        await app.WorkQueue.SendMessageAsync("hang until");
        var first = (await app.RunsAsync("Work", "started"))[0];
        using (var worker = Process.GetProcessById(app.Host.WorkerProcessId!.Value)) worker.Kill();
        var second = (await app.RunsAsync("Work", "started", 2))[1];
        Assert.Equal((1, 2), (first.DequeueCount, second.DequeueCount));
        Assert.NotEqual(first.ProcessId, second.ProcessId);
        app.Release("until");
        await EmptyAsync(app.WorkQueue);
        Assert.Contains("The worker ended with code 137", app.Logs.ToString());
    }

    [Fact]
    public async Task A_running_message_stays_invisible_and_finishes_before_the_host_stops()
    {
        await using var app = await new TestApp(azurite).StartAsync();
        await app.WorkQueue.SendMessageAsync("hang until");
        await app.RunsAsync("Work", "started");
        Assert.Null((await app.WorkQueue.ReceiveMessageAsync()).Value);
        var stop = app.Host.StopAsync();
        await app.LoggedAsync("DrainMode mode enabled");
        Assert.False(stop.IsCompleted);
        app.Release("until");
        await stop;
        await EmptyAsync(app.WorkQueue);
        Assert.Single(app.Runs("Work"), run => run.Event == "ended");
        Assert.DoesNotContain(app.Runs("Work"), run => run.Event == "canceled");
        Assert.Equal("The host was stopped.", await app.Host.Completion);
    }

    [Fact]
    public async Task A_disabled_function_takes_no_messages_but_can_be_run_by_hand()
    {
        await using var app = new TestApp(azurite) { Settings = { ["AzureWebJobs.Text.Disabled"] = "1" } };
        await app.StartAsync();
        var queue = azurite.Queue(app.Settings["TEXT_QUEUE"]);
        await queue.CreateAsync();
        await queue.SendMessageAsync("left alone");
        using var answer = await app.Client.PostAsJsonAsync(new Uri("/admin/functions/Text", UriKind.Relative), new { input = "by hand" });
        Assert.Equal(202, (int)answer.StatusCode);
        Assert.Equal("by hand", (await app.RunsAsync("Text", "ended"))[0].Text);
        await app.WorkQueue.SendMessageAsync("taken");
        await app.RunsAsync("Work", "ended");
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task A_message_over_its_time_is_canceled_and_tried_again()
    {
        await using var app = new TestApp(azurite) { Settings = { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:02" } };
        await app.StartAsync();
        await app.WorkQueue.SendMessageAsync("hang until");
        await app.RunsAsync("Work", "canceled");
        await app.LoggedAsync("Timeout value of 00:00:02 exceeded by function 'Functions.Work'");
        app.Release("until");
        Assert.Equal(2, (await app.RunsAsync("Work", "ended"))[0].DequeueCount);
        Assert.Equal(1, app.Host.WorkerStartCount);
    }

    private static Task EmptyAsync(QueueClient queue) =>
        Eventually.TrueAsync(async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0, "an empty queue");
}
