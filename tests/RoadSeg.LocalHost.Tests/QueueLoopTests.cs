using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Queues;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class QueueLoopTests(AzuriteFixture azurite)
{
    [Fact, Trait("Contract", "25")]
    public async Task No_more_than_batch_and_threshold_run_and_a_batch_is_fetched_only_when_few_run()
    {
        var queue = azurite.NewQueue();
        var running = 0;
        var most = 0;
        var gate = new Lock();
        var releases = new SemaphoreSlim(0);
        var options = new QueueOptions { BatchSize = 4, NewBatchThreshold = 2, Base64 = false };
        var processor = new QueueProcessor(queue, null, options, async _ =>
        {
            lock (gate) most = Math.Max(most, ++running);
            await releases.WaitAsync();
            lock (gate) running--;
            return true;
        }, TimeProvider.System, NullLogger.Instance);
        await using var listener = new QueueListener(queue, processor, options, new WakeUp(), TimeProvider.System, new Random(1), NullLogger.Instance);
        for (var i = 0; i < 20; i++) await queue.SendMessageAsync($"{i}");
        listener.Start();

        await Eventually.TrueAsync(() => Running() == 4, "the first batch");
        releases.Release();
        await Eventually.TrueAsync(() => Running() == 3, "one message done");
        await Task.Delay(300);
        Assert.Equal(3, Running());
        releases.Release();
        await Eventually.TrueAsync(() => Running() == 6, "the second batch, fetched at two running");
        releases.Release(100);
        await Eventually.TrueAsync(async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0, "an empty queue");
        await listener.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(6, most);

        int Running()
        {
            lock (gate) return running;
        }
    }

    [Fact, Trait("Contract", "25")]
    public async Task Batch_one_and_threshold_zero_is_strictly_serial()
    {
        var queue = azurite.NewQueue();
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", new Answer { DelayMs = 30 });
        app.Queues["batchSize"] = 1;
        for (var i = 0; i < 8; i++) await queue.SendMessageAsync($"{i}");
        await app.StartAsync();
        Assert.All(await app.RequestsAsync(8, "Work"), r => Assert.Equal(1, r.Running));
    }

    [Fact, Trait("Contract", "25")]
    public void The_default_threshold_is_half_a_batch_per_processor()
    {
        var folder = Directory.CreateTempSubdirectory("queues-").FullName;
        QueueOptions Load(params (string Name, string Value)[] settings) =>
            QueueOptions.Load(HostSettings.Load(folder, settings.ToDictionary(s => "AzureFunctionsJobHost__extensions__queues__" + s.Name, s => s.Value)));
        Assert.Equal((16, 8 * Environment.ProcessorCount), (Load().BatchSize, Load().NewBatchThreshold));
        Assert.Equal(0, Load(("batchSize", "1")).NewBatchThreshold);
        Assert.Throws<HostConfigurationException>(() => Load(("batchSize", "33")));
        Assert.Throws<HostConfigurationException>(() => Load(("maxDequeueCount", "0")));
        Assert.Throws<HostConfigurationException>(() => Load(("maxPollingInterval", "00:00:00.050")));
        Assert.Throws<HostConfigurationException>(() => Load(("messageEncoding", "rot13")));
        Directory.Delete(folder);
    }

    [Theory, Trait("Contract", "26")]
    [InlineData("Development", null, 2)]
    [InlineData("Development", "00:00:30", 30)]
    [InlineData("Production", null, 60)]
    public void The_longest_wait_is_two_seconds_in_Development_unless_it_was_set(string environment, string? interval, int seconds)
    {
        var settings = new Dictionary<string, string> { ["AZURE_FUNCTIONS_ENVIRONMENT"] = environment };
        if (interval is not null) settings["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = interval;
        Assert.Equal(TimeSpan.FromSeconds(seconds), QueueOptions.Load(HostSettings.Load(AppContext.BaseDirectory, settings)).MaxPollingInterval);
    }

    [Fact, Trait("Contract", "26")]
    public void The_back_off_doubles_its_increment_within_a_fifth_up_to_the_maximum_and_starts_anew_after_a_message()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var backoff = new RandomizedBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), new Random(seed));
            Assert.Equal(100, backoff.NextDelay(found: false).TotalMilliseconds);
            for (var exponent = 0; exponent < 9; exponent++)
            {
                var increment = backoff.NextDelay(found: false).TotalMilliseconds - 100;
                Assert.InRange(increment, 0.8 * 100 * Math.Pow(2, exponent), 1.2 * 100 * Math.Pow(2, exponent));
            }
            backoff.NextDelay(found: false);
            Assert.Equal(60_000, backoff.NextDelay(found: false).TotalMilliseconds);
            Assert.Equal(60_000, backoff.NextDelay(found: false).TotalMilliseconds);
            Assert.Equal(100, backoff.NextDelay(found: true).TotalMilliseconds);
            Assert.InRange(backoff.NextDelay(found: false).TotalMilliseconds, 180, 220);
        }
    }

    [Fact, Trait("Contract", "26")]
    public async Task An_empty_queue_is_asked_at_the_back_offs_pace_and_a_message_starts_it_anew()
    {
        var queue = azurite.NewQueue();
        var clock = new RecordingClock();
        var got = new TaskCompletionSource();
        var options = new QueueOptions { Base64 = false, MaxPollingInterval = TimeSpan.FromSeconds(2) };
        var processor = new QueueProcessor(queue, null, options, _ =>
        {
            got.TrySetResult();
            return Task.FromResult(true);
        }, TimeProvider.System, NullLogger.Instance);
        await using var listener = new QueueListener(queue, processor, options, new WakeUp(), clock, new Random(7), NullLogger.Instance);
        listener.Start();
        for (var i = 1; i <= 7; i++)
        {
            await clock.DelayCountAsync(i);
            clock.Advance(clock.Delays.Last());
        }
        await clock.DelayCountAsync(8);
        double[] nominal = [100, 200, 300, 500, 900, 1700, 2000, 2000];
        Assert.All(clock.Delays.Zip(nominal), pair => Assert.InRange(pair.First.TotalMilliseconds, 100 + (pair.Second - 100) * 0.8 - 0.01, pair.Second == 2000 ? 2000 : 100 + (pair.Second - 100) * 1.2 + 0.01));

        await queue.SendMessageAsync("x");
        clock.Advance(TimeSpan.FromSeconds(2));
        await got.Task;
        await clock.DelayCountAsync(9);
        Assert.Equal(100, clock.Delays.Last().TotalMilliseconds);
        await listener.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_hosts_own_output_ends_the_wait_of_its_listener()
    {
        var (first, second) = (azurite.NewQueue(), azurite.NewQueue());
        await using var app = TestApp.With(azurite)
            .Function("First", $$"""[{"type":"queueTrigger","name":"job","queueName":"{{first.Name}}"},{"type":"queue","direction":"out","name":"out","queueName":"{{second.Name}}"}]""")
            .QueueTrigger("Second", second.Name)
            .Answers("First", new Answer { Body = """{"Outputs":{"out":"go on, please"}}""" });
        // An hour of back-off: only the wake-up can make it.
        app.Queues["maxPollingInterval"] = "01:00:00";
        await first.SendMessageAsync("x");
        await app.StartAsync();
        await app.RequestsAsync(1, "Second");
    }

    [Fact]
    public async Task A_poisoned_message_ends_the_wait_of_the_poison_queues_listener()
    {
        var queue = azurite.NewQueue();
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).QueueTrigger("Mourn", queue.Name + "-poison")
            .Answers("Work", new Answer { Status = 500 });
        app.Queues["maxPollingInterval"] = "01:00:00";
        app.Queues["maxDequeueCount"] = 1;
        await queue.SendMessageAsync("x");
        await app.StartAsync();
        await app.RequestsAsync(1, "Mourn");
    }

    [Fact, Trait("Contract", "27")]
    public async Task A_twelve_minute_invocation_renews_its_lock_at_five_and_ten_minutes_and_deletes_with_the_new_receipt()
    {
        var queue = azurite.NewQueue();
        await queue.SendMessageAsync("long");
        var message = (await queue.ReceiveMessageAsync(QueueProcessor.LockDuration)).Value;
        var clock = new RecordingClock();
        var done = new TaskCompletionSource<bool>();
        var processor = new QueueProcessor(queue, null, new QueueOptions(), _ => done.Task, clock, NullLogger.Instance);
        var work = processor.ProcessAsync(message);

        await clock.DelayCountAsync(1);
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await Task.Delay(100);
        Assert.Empty(Renewals());
        clock.Advance(TimeSpan.FromSeconds(1));
        await clock.DelayCountAsync(2);
        await Eventually.TrueAsync(() => Renewals().Length == 1, "the first renewal in the log");
        clock.Advance(TimeSpan.FromMinutes(5));
        await clock.DelayCountAsync(3);
        await Eventually.TrueAsync(() => Renewals().Length == 2, "the second renewal in the log");
        clock.Advance(TimeSpan.FromMinutes(2));
        done.SetResult(true);
        await work;

        Assert.All(clock.Delays, d => Assert.Equal(TimeSpan.FromMinutes(5), d));
        var delete = "";
        await Eventually.TrueAsync(() => (delete = Lines("DELETE").SingleOrDefault() ?? "").Length > 0, "the delete");
        Assert.EndsWith("204 -", delete);
        Assert.DoesNotContain(Uri.EscapeDataString(message.PopReceipt), delete);
        Assert.Equal(0, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);

        string[] Renewals() => Lines("PUT").Where(l => l.Contains("visibilitytimeout=600", StringComparison.Ordinal)).ToArray();
        string[] Lines(string method) => azurite.AccessLog.Where(l => l.Contains($"\"{method} /", StringComparison.Ordinal) && l.Contains(message.MessageId, StringComparison.Ordinal)).ToArray();
    }

    [Fact, Trait("Contract", "27")]
    public async Task A_lock_that_someone_else_took_is_no_longer_renewed_and_the_message_is_left_to_them()
    {
        var queue = azurite.NewQueue();
        await queue.SendMessageAsync("x");
        var ours = (await queue.ReceiveMessageAsync(TimeSpan.FromSeconds(1))).Value;
        await Eventually.TrueAsync(async () => (await queue.ReceiveMessageAsync(QueueProcessor.LockDuration)).Value is not null, "the other holder");
        var clock = new RecordingClock();
        var done = new TaskCompletionSource<bool>();
        var logs = new CapturedLogs();
        var work = new QueueProcessor(queue, null, new QueueOptions(), _ => done.Task, clock, logs.CreateLogger("q")).ProcessAsync(ours);
        await clock.DelayCountAsync(1);
        clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => logs.ToString().Contains("no longer renewed", StringComparison.Ordinal), "the end of renewal");
        done.SetResult(true);
        await work;
        Assert.Equal(1, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
    }
}
