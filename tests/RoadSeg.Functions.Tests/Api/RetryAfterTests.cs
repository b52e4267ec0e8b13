using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Api;

/// <summary>When a caller that polls is told to come again.</summary>
public sealed class RetryAfterTests(StorageFixture storage)
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7.5, 8)]
    [InlineData(3000, 30)]
    public async Task However_slow_the_line_is_a_job_is_to_be_asked_for_again_within_half_a_minute(double secondsAJob, int expected)
    {
        var queues = await OwnQueues.CreateAsync(storage.Queues, Cancel);
        var gauge = new QueueGauge(queues, _time);
        var line = queues.GetQueueClient(Queues.SegmentationJobs);
        foreach (var ticket in (long[])[1, 2])
            await line.SendAsync(new SegmentationMessage(WorkId.New(_time), ticket, null), JobJson.Default.SegmentationMessage, Cancel);
        await gauge.ReadAsync(WorkLane.Interactive, Cancel);
        var taken = (await line.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        await line.DeleteMessageAsync(taken.MessageId, taken.PopReceipt, Cancel);
        _time.Advance(TimeSpan.FromSeconds(secondsAJob));
        await using var service = await ApiService.StartAsync(storage, services: services => services.AddSingleton(gauge));
        var jobs = new JobStore(storage.Blobs, storage.Queues, _time);

        var (waiting, running, ended) = (await MadeAsync(jobs, JobState.Queued), await MadeAsync(jobs, JobState.Running), await MadeAsync(jobs, JobState.Canceled));

        Assert.Equal(TimeSpan.FromSeconds(expected), await RetryAsync(service, waiting));
        Assert.Equal(TimeSpan.FromSeconds(1), await RetryAsync(service, running));
        Assert.Null(await RetryAsync(service, ended));
    }

    private static async Task<TimeSpan?> RetryAsync(ApiService service, WorkId id)
    {
        using var answer = await service.Http.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), Cancel);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.RetryAfter?.Delta;
    }

    private async Task<WorkId> MadeAsync(JobStore jobs, JobState state)
    {
        var now = _time.GetUtcNow();
        return (await jobs.CreateAsync(
            new JobRecord
            {
                Id = WorkId.New(_time),
                State = state,
                Ticket = 2,
                Source = new JobSource(Containers.Uploads, "a.jpg", "0x1", "a.jpg"),
                Times = new JobTimes { CreatedAt = now, QueuedAt = now },
            },
            Cancel)).Document!.Value.Id;
    }
}
