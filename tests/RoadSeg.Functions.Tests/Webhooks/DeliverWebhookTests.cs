using System.Text;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Batches;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Webhooks;

public sealed class DeliverWebhookTests(StorageFixture storage) : IAsyncLifetime
{
    private static readonly WebhookOptions Options = new() { Secrets = [new byte[24]], AllowLoopback = true, Timeout = TimeSpan.FromMinutes(1) };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly SentMessages _sent = new(storage.Queues);
    private Receiver _receiver = null!;
    private WebhookClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(storage.Blobs, storage.Queues, _time);

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();

        // Real time for the network: the schedule alone runs on the test's clock.
        _client = new WebhookClient(Options, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _receiver.DisposeAsync();
    }

    [Theory]
    [InlineData(JobState.Failed, "job.failed")]
    [InlineData(JobState.Canceled, "job.canceled")]
    [InlineData(JobState.Expired, "job.expired")]
    public async Task A_job_that_ended_is_told_once_and_noted(JobState state, string type)
    {
        var id = await EndedAsync(state);

        await RunAsync(id, 1);
        await RunAsync(id, 1);

        var received = Assert.Single(_receiver.Requests);
        Assert.Equal($"msg_{id}", received.Id);
        using var body = JsonDocument.Parse(received.Body);
        Assert.Equal(type, body.RootElement.GetProperty("type").GetString());
        Assert.Equal(id.ToString(), body.RootElement.GetProperty("data").GetProperty("id").GetString());
        Assert.False(body.RootElement.GetProperty("data").TryGetProperty("webhook", out _));
        var webhook = await WebhookAsync(id);
        Assert.Equal(_time.GetUtcNow(), webhook.DeliveredAt);
        Assert.Equal(new WebhookDelivery(1, _time.GetUtcNow(), 204, null, null, 0), Assert.Single(webhook.Deliveries));
        Assert.Empty(_sent.All);
    }

    [Fact]
    public async Task A_failure_is_noted_and_the_next_attempt_sends_the_same_bytes_under_the_same_id()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(500);
        await RunAsync(id, 1);
        _receiver.Answer = Receiver.With(200);
        _time.Advance(TimeSpan.FromMinutes(5));

        await RunAsync(id, 2);

        var (first, second) = (_receiver.Requests.First(), _receiver.Requests.Last());
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Body, second.Body);
        var webhook = await WebhookAsync(id);
        Assert.Equal([500, 200], webhook.Deliveries.Select(delivery => delivery.Status));
        Assert.InRange((webhook.Deliveries[0].NextAt - webhook.Deliveries[0].At)!.Value.TotalSeconds, 4, 5);
        Assert.Equal((new WebhookMessage(id, 2), TimeSpan.FromSeconds(5)), Assert.Single(_sent.All));
    }

    [Fact]
    public async Task A_message_that_comes_again_after_its_attempt_posts_nothing_and_keeps_the_chain_alive()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(500);
        await RunAsync(id, 1);

        await RunAsync(id, 1);

        Assert.Single(_receiver.Requests);
        Assert.Equal([new WebhookMessage(id, 2), new WebhookMessage(id, 2)], _sent.All.Select(sent => sent.Message));
        Assert.Single((await WebhookAsync(id)).Deliveries);
    }

    [Fact]
    public async Task An_attempt_whose_note_was_written_but_not_answered_is_followed_by_the_next()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(500);
        _time.Advance(TimeSpan.FromTicks(12_345_678)); // Finer than the record keeps.
        var lost = new LostReply();
        var storageOptions = new BlobClientOptions { Retry = { Delay = TimeSpan.FromMilliseconds(10) } };
        storageOptions.AddPolicy(lost, HttpPipelinePosition.PerRetry);

        await Delivery(jobs: new JobStore(new BlobServiceClient(storage.ConnectionString, storageOptions), storage.Queues, _time)).RunAsync(Message(id, 1), Cancel);

        Assert.Equal(2, lost.Writes);
        Assert.NotNull(Assert.Single((await WebhookAsync(id)).Deliveries).NextAt);
        Assert.Equal(new WebhookMessage(id, 2), Assert.Single(_sent.All).Message);
    }

    [Fact]
    public async Task Of_two_messages_about_one_attempt_the_one_that_is_noted_sends_for_the_next()
    {
        var id = await EndedAsync();
        _receiver.Answer = async context =>
        {
            _receiver.Answer = Receiver.With(500);
            await RunAsync(id, 1);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Receiver.With(500)(context);
        };

        await RunAsync(id, 1);

        Assert.Equal(2, _receiver.Requests.Count);
        Assert.Single((await WebhookAsync(id)).Deliveries);
        Assert.Equal(new WebhookMessage(id, 2), Assert.Single(_sent.All).Message);
    }

    [Fact]
    public async Task One_callers_receivers_that_hang_take_two_calls_and_the_rest_of_its_jobs_wait_without_an_attempt()
    {
        var ids = new[] { await EndedAsync(), await EndedAsync(), await EndedAsync() };
        var other = await EndedAsync(caller: "other");
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answer = context => hang.Task;
        var delivery = Delivery();
        var hanging = ids[..2].Select(id => delivery.RunAsync(Message(id, 1), Cancel)).ToArray();
        await Eventually.TrueAsync(() => _receiver.Requests.Count >= 2, "two calls");

        await delivery.RunAsync(Message(ids[2], 1), Cancel);

        Assert.Empty((await WebhookAsync(ids[2])).Deliveries);
        Assert.Equal((new WebhookMessage(ids[2], 1), TimeSpan.FromSeconds(5)), Assert.Single(_sent.All));
        _receiver.Answer = Receiver.With(204);
        await delivery.RunAsync(Message(other, 1), Cancel);
        Assert.NotNull((await WebhookAsync(other)).DeliveredAt);

        hang.SetResult();
        await Task.WhenAll(hanging);
        await delivery.RunAsync(Message(ids[2], 1), Cancel);
        Assert.NotNull((await WebhookAsync(ids[2])).DeliveredAt);
    }

    [Fact]
    public async Task A_job_that_waits_for_its_callers_other_calls_for_a_day_is_given_up()
    {
        var ids = new[] { await EndedAsync(), await EndedAsync(), await EndedAsync() };
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answer = context => hang.Task;
        var delivery = Delivery();
        var hanging = ids[..2].Select(id => delivery.RunAsync(Message(id, 1), Cancel)).ToArray();
        await Eventually.TrueAsync(() => _receiver.Requests.Count >= 2, "two calls");

        var ended = (await Jobs.FindAsync(ids[2], Cancel))!.Value.Times.FinishedAt!.Value;
        _time.SetUtcNow(ended + Options.GiveUpAfter - TimeSpan.FromSeconds(1));
        await delivery.RunAsync(Message(ids[2], 1), Cancel);
        Assert.Null((await WebhookAsync(ids[2])).GivenUpAt);
        _time.Advance(TimeSpan.FromSeconds(1));
        await delivery.RunAsync(Message(ids[2], 1), Cancel);

        var given = await WebhookAsync(ids[2]);
        Assert.Equal((_time.GetUtcNow(), 1), (given.GivenUpAt, given.Deliveries.Count));
        Assert.StartsWith("not tried", given.Deliveries[0].Error, StringComparison.Ordinal);
        hang.SetResult();
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task Attempts_that_storage_failed_give_their_callers_places_back()
    {
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        var ids = new[] { await EndedAsync(), await EndedAsync(), await EndedAsync() };
        var delivery = Delivery(jobs: new JobStore(blobs, storage.Queues, _time));
        faults.Fails = static (method, _) => method == "PUT";
        await Assert.ThrowsAnyAsync<Exception>(() => delivery.RunAsync(Message(ids[0], 1), Cancel));
        await Assert.ThrowsAnyAsync<Exception>(() => delivery.RunAsync(Message(ids[1], 1), Cancel));

        faults.Fails = static (_, _) => false;
        await delivery.RunAsync(Message(ids[2], 1), Cancel);

        Assert.NotNull((await WebhookAsync(ids[2])).DeliveredAt);
    }

    [Fact]
    public async Task A_message_that_comes_again_sends_for_the_next_attempt_when_that_is_due()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(503);
        await RunAsync(id, 1);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        await RunAsync(id, 1);
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync(id, 1);

        var due = (await WebhookAsync(id)).Deliveries[0].NextAt - (await WebhookAsync(id)).Deliveries[0].At;
        Assert.Equal(
            [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(Math.Ceiling(due!.Value.TotalSeconds - 1.5)), TimeSpan.Zero],
            _sent.All.Select(sent => sent.Delay));
        Assert.Single(_receiver.Requests);
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_not_called_again()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(StatusCodes.Status410Gone);

        await RunAsync(id, 1);
        await RunAsync(id, 2);

        Assert.Single(_receiver.Requests);
        Assert.Equal(_time.GetUtcNow(), (await WebhookAsync(id)).GivenUpAt);
        Assert.Empty(_sent.All);
    }

    [Fact]
    public async Task After_a_day_of_failures_it_is_given_up_and_the_log_holds_the_last_twenty()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(503);
        var attempt = 0;

        for (var webhook = await WebhookAsync(id); webhook.GivenUpAt is null; webhook = await WebhookAsync(id))
        {
            if (webhook.Deliveries is [.., { NextAt: { } due }])
                _time.SetUtcNow(due);
            await RunAsync(id, ++attempt);
        }

        var ended = (await Jobs.FindAsync(id, Cancel))!.Value;
        Assert.InRange((ended.Webhook!.GivenUpAt - ended.Times.FinishedAt)!.Value.TotalHours, 18, 24);
        Assert.Equal(Enumerable.Range(attempt - 19, 20), ended.Webhook.Deliveries.Select(delivery => delivery.Attempt));
        Assert.Null(ended.Webhook.Deliveries[^1].NextAt);
        Assert.Equal(attempt, _receiver.Requests.Count);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_alone_by_all_jobs_until_one_has_tried_it()
    {
        var ids = new[] { await EndedAsync(), await EndedAsync(), await EndedAsync() };
        var port = _receiver.Address.Port;
        await _receiver.DisposeAsync();
        var delivery = Delivery();

        await delivery.RunAsync(Message(ids[0], 1), Cancel);
        await delivery.RunAsync(Message(ids[1], 1), Cancel);

        Assert.Equal("no connection", Assert.Single((await WebhookAsync(ids[0])).Deliveries).Error);
        // The fault: what was not tried counted as an attempt, and lengthened the delays to come.
        Assert.Empty((await WebhookAsync(ids[1])).Deliveries);
        Assert.Equal((new WebhookMessage(ids[1], 1), Options.Pause), _sent.All.Last());

        _receiver = await Receiver.StartAsync(port);
        _time.Advance(Options.Pause);
        await delivery.RunAsync(Message(ids[1], 1), Cancel);
        await delivery.RunAsync(Message(ids[2], 1), Cancel);
        Assert.Equal(2, _receiver.Requests.Count);
    }

    [Fact]
    public async Task A_receiver_that_hangs_for_one_caller_is_called_for_another()
    {
        // The fault: whoever named a host that hangs silenced it for every caller's jobs.
        var (own, other) = (await EndedAsync(), await EndedAsync(caller: "other"));
        var port = _receiver.Address.Port;
        await _receiver.DisposeAsync();
        var delivery = Delivery();
        await delivery.RunAsync(Message(own, 1), Cancel);
        _receiver = await Receiver.StartAsync(port);

        await delivery.RunAsync(Message(other, 1), Cancel);

        Assert.NotNull((await WebhookAsync(other)).DeliveredAt);
    }

    [Fact]
    public async Task A_webhook_that_was_given_up_is_delivered_again_when_its_caller_asks()
    {
        var id = await EndedAsync();
        _receiver.Answer = Receiver.With(StatusCodes.Status410Gone);
        await RunAsync(id, 1);
        _time.Advance(TimeSpan.FromDays(3));
        _receiver.Answer = Receiver.With(500);

        Assert.True((await Jobs.DeliverAgainAsync(id, Cancel)).Done);
        await RunAsync(id, 2);

        // The schedule is that of a first attempt, days after the end.
        var webhook = await WebhookAsync(id);
        Assert.Equal((2, _time.GetUtcNow(), null), (webhook.Deliveries.Count, webhook.RestartedAt, webhook.GivenUpAt));
        Assert.InRange((webhook.Deliveries[1].NextAt - webhook.Deliveries[1].At)!.Value.TotalSeconds, 4, 5);
        _receiver.Answer = Receiver.With(200);
        await RunAsync(id, 3);
        Assert.NotNull((await WebhookAsync(id)).DeliveredAt);
        Assert.Equal(_receiver.Requests.First().Body, _receiver.Requests.Last().Body);
    }

    [Theory]
    [InlineData(StatusCodes.Status410Gone)]
    [InlineData(500)]
    public async Task A_delivery_that_is_asked_for_while_the_last_attempt_is_under_way_is_made(int status)
    {
        var id = await EndedAsync();
        _time.Advance(Options.GiveUpAfter - TimeSpan.FromSeconds(1));
        _receiver.Answer = async context =>
        {
            Assert.True((await Jobs.DeliverAgainAsync(id, Cancel)).Done);
            await Receiver.With(status)(context);
        };
        await RunAsync(id, 1);

        // The message of the wish has the number of the attempt that was under way.
        _receiver.Answer = Receiver.With(200);
        await RunAsync(id, 1);
        Assert.Null((await WebhookAsync(id)).GivenUpAt);
        Assert.Equal(new WebhookMessage(id, 2), _sent.All.Last().Message);
        await RunAsync(id, 2);
        Assert.NotNull((await WebhookAsync(id)).DeliveredAt);
    }

    [Fact]
    public async Task A_delivery_that_is_asked_for_does_not_wait_for_the_receivers_pause_and_asking_twice_sends_once()
    {
        var id = await EndedAsync();
        var port = _receiver.Address.Port;
        await _receiver.DisposeAsync();
        var delivery = Delivery();
        await delivery.RunAsync(Message(id, 1), Cancel);
        _receiver = await Receiver.StartAsync(port);
        var queue = await OwnQueues.CreateAsync(storage.Queues, Cancel);
        var jobs = new JobStore(storage.Blobs, queue, _time);

        Assert.True((await jobs.DeliverAgainAsync(id, Cancel)).Done);
        Assert.True((await jobs.DeliverAgainAsync(id, Cancel)).Done);
        await delivery.RunAsync(Message(id, 2), Cancel);

        Assert.NotNull((await WebhookAsync(id)).DeliveredAt);
        Assert.Equal(1, (await queue.GetQueueClient(RoadSeg.Storage.Queues.WebhookDeliveries).GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount);
    }

    [Fact]
    public async Task Nothing_is_delivered_again_of_a_job_that_has_not_ended()
    {
        var id = await EndedAsync(null);

        Assert.False((await Jobs.DeliverAgainAsync(id, Cancel)).Done);
    }

    [Fact]
    public async Task A_message_that_the_service_failed_at_costs_an_attempt_and_not_the_webhook()
    {
        var id = await EndedAsync();

        await Delivery().PoisonedAsync(Message(id, 1), Cancel);
        await RunAsync(id, 2);

        var webhook = await WebhookAsync(id);
        Assert.StartsWith("the service failed", webhook.Deliveries[0].Error, StringComparison.Ordinal);
        Assert.NotNull(webhook.DeliveredAt);
    }

    [Fact]
    public async Task Without_its_secret_a_deployment_sends_nothing_unsigned()
    {
        var id = await EndedAsync();

        await Delivery(Options with { Secrets = [] }).RunAsync(Message(id, 1), Cancel);

        Assert.Empty(_receiver.Requests);
        Assert.Contains("secret", Assert.Single((await WebhookAsync(id)).Deliveries).Error, StringComparison.Ordinal);
        Assert.Equal(new WebhookMessage(id, 2), Assert.Single(_sent.All).Message);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"jobId":"0000000000000000000000000a","attempt":0}""")]
    [InlineData("""{"jobId":"0000000000000000000000000a","attempt":1}""")]
    public async Task A_message_about_nothing_changes_nothing(string body)
    {
        await Delivery().RunAsync(Messages.Of(Encoding.UTF8.GetBytes(body), "1", _time.GetUtcNow()), Cancel);

        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task A_job_that_has_not_ended_is_not_told()
    {
        var id = await EndedAsync(null);

        await RunAsync(id, 1);

        Assert.Empty(_receiver.Requests);
    }

    private DeliverWebhook Delivery(WebhookOptions? options = null, JobStore? jobs = null) => new(
        jobs ?? Jobs, new BatchStore(storage.Blobs, _sent, _time), _sent, _client, new Receivers(options ?? Options, _time), options ?? Options, _time, NullLogger<DeliverWebhook>.Instance);

    private Task RunAsync(WorkId id, int attempt) => Delivery().RunAsync(Message(id, attempt), Cancel);

    private QueueMessage Message(WorkId id, int attempt) =>
        Messages.Of(JsonSerializer.SerializeToUtf8Bytes(new WebhookMessage(id, attempt), JobJson.Default.WebhookMessage), "1", _time.GetUtcNow());

    private async Task<WorkId> EndedAsync(JobState? state = JobState.Canceled, string caller = Callers.Local)
    {
        var id = WorkId.New(_time);
        await Jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Caller = caller,
            Source = new JobSource("uploads", $"{id}/image", null, null),
            Times = new JobTimes { CreatedAt = _time.GetUtcNow() },
        }, Cancel);
        if (state is { } end)
            await Jobs.TryMoveAsync(id, end, record => record, Cancel);

        // Named only now: the store itself would send for the first attempt.
        await Jobs.AmendAsync(id, record => record with { Webhook = new JobWebhook { Url = _receiver.Address + "hook" } }, Cancel);
        return id;
    }

    private async Task<JobWebhook> WebhookAsync(WorkId id) => (await Jobs.FindAsync(id, Cancel))!.Value.Webhook!;

    // The first write arrives, its reply does not: the client tries again by itself.
    private sealed class LostReply : HttpPipelineSynchronousPolicy
    {
        public int Writes { get; private set; }

        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message.Request.Method == RequestMethod.Put && ++Writes == 1)
                throw new IOException("The connection was reset.");
        }
    }
}
