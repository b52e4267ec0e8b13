using Azure.Storage.Queues;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>What callers are told of the lines: how many wait, where a job stands, and when its turn may come.</summary>
public sealed class QueueGaugeTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private QueueServiceClient _queues = null!;
    private QueueGauge _gauge = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _queues = await OwnQueues.CreateAsync(storage.Queues, Cancel);
        _gauge = new QueueGauge(_queues, _time);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Tickets_go_up_by_one_and_go_on_from_the_line_as_it_is_after_each_reading()
    {
        Assert.Equal((1L, 2L, 3L), (await TicketAsync(), await TicketAsync(), await TicketAsync()));

        // They were joined: the line holds what was issued, and the next one is behind it.
        foreach (var ticket in (long[])[1, 2, 3])
            await SendAsync(ticket);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((4L, 5L), (await TicketAsync(), await TicketAsync()));

        // Those two never joined: they are not counted for ever.
        for (var second = 0; second < 5; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(4L, await TicketAsync());
        }

        await _queues.GetQueueClient(Queues.SegmentationJobs).ClearMessagesAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1L, await TicketAsync());
    }

    [Fact]
    public async Task Lines_are_counted_apart_and_a_count_is_good_for_a_second()
    {
        await SendAsync(7);
        await _queues.GetQueueClient(Queues.UploadsBulk).SendMessageAsync("photo", Cancel);
        Assert.Equal(2, await _gauge.DepthAsync(Cancel));
        Assert.Equal((1L, 7L), ((await _gauge.ReadAsync(WorkLane.Interactive, Cancel)).Depth, (await _gauge.ReadAsync(WorkLane.Interactive, Cancel)).HeadTicket!.Value));
        Assert.Equal(new QueueReading(0, null, null, null), await _gauge.ReadAsync(WorkLane.Bulk, Cancel));
        Assert.Equal(0, (await _gauge.UploadsAsync(WorkLane.Interactive, Cancel)).Depth);
        Assert.NotNull((await _gauge.UploadsAsync(WorkLane.Bulk, Cancel)).HeadInsertedAt);

        await SendAsync(8, WorkLane.Bulk);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(2, await _gauge.DepthAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(3, await _gauge.DepthAsync(Cancel));
    }

    [Fact]
    public async Task A_place_is_counted_from_the_head_of_the_line_and_is_never_beyond_its_end()
    {
        foreach (var ticket in (long[])[11, 12, 13])
            await SendAsync(ticket);

        Assert.Equal((1L, 2L, 3L), (await PlaceAsync(11), await PlaceAsync(12), await PlaceAsync(13)));
        Assert.Equal((1L, 3L), (await PlaceAsync(5), await PlaceAsync(99)));
        Assert.Equal(1L, (await _gauge.PlaceAsync(Waiting(3) with { Lane = WorkLane.Bulk }, Cancel))!.Position);
        Assert.Null(await _gauge.PlaceAsync(Waiting(11) with { State = JobState.Running }, Cancel));
        Assert.Null(await _gauge.PlaceAsync(Waiting(11) with { Ticket = null }, Cancel));
    }

    [Fact]
    public async Task The_time_until_a_jobs_turn_follows_the_pace_of_the_line()
    {
        for (var ticket = 1; ticket <= 10; ticket++)
            await SendAsync(ticket);
        Assert.Null((await _gauge.PlaceAsync(Waiting(10), Cancel))!.EstimatedSeconds);

        // Two in four seconds.
        await TakenAsync(2, seconds: 4);
        Assert.Equal(new QueuePlace(8, 16), await _gauge.PlaceAsync(Waiting(10), Cancel));

        // Two a second now: the pace before counts for seven tenths.
        await TakenAsync(2, seconds: 1);
        Assert.Equal(new QueuePlace(6, Math.Round(6 / ((0.7 * 0.5) + (0.3 * 2)), 1)), await _gauge.PlaceAsync(Waiting(10), Cancel));

        // A line that stands still says what it said.
        await TakenAsync(0, seconds: 60);
        Assert.Equal(6.3, (await _gauge.PlaceAsync(Waiting(10), Cancel))!.EstimatedSeconds);
    }

    private async Task TakenAsync(int count, double seconds)
    {
        var queue = _queues.GetQueueClient(Queues.SegmentationJobs);
        for (var i = 0; i < count; i++)
        {
            var message = (await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        }

        _time.Advance(TimeSpan.FromSeconds(seconds));
    }

    private Task<long> TicketAsync() => _gauge.TicketAsync(WorkLane.Interactive, Cancel);

    private async Task<long> PlaceAsync(long ticket) => (await _gauge.PlaceAsync(Waiting(ticket), Cancel))!.Position;

    private Task SendAsync(long ticket, WorkLane lane = WorkLane.Interactive) =>
        _queues.GetQueueClient(Queues.Segmentation(lane)).SendAsync(new SegmentationMessage(WorkId.New(_time), ticket, null), JobJson.Default.SegmentationMessage, Cancel);

    private JobRecord Waiting(long ticket) => new()
    {
        Id = WorkId.New(_time),
        State = JobState.Queued,
        Ticket = ticket,
        Source = new JobSource(Containers.Uploads, "a.jpg", "0x1", "a.jpg"),
        Times = new JobTimes { CreatedAt = _time.GetUtcNow() },
    };
}
