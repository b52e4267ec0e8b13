using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

public sealed class ReliabilityTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_delivered_many_times_makes_one_job_with_one_attempt()
    {
        var path = $"tests/{Guid.NewGuid()}/tripled.jpg";
        var id = await stack.DropAsync(path, Photos.Fixture("grey.jpg"));
        var etag = (await stack.Stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;
        var message = JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, path, etag.ToString(), 1), JobJson.Default.BlobCreatedEvent);
        for (var i = 0; i < 5; i++)
            await SendAsync(Queues.UploadsCreated, message);

        var job = await stack.EndedAsync(id);

        await DrainedAsync();
        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(1, job.Result!.Attempt);
        Assert.Equal(1, await AttemptsAsync(id));
    }

    [Fact]
    public async Task A_segmentation_message_that_comes_again_after_the_result_changes_nothing()
    {
        var job = await stack.DroppedAsync(Photos.Fixture("grey.jpg"));
        var before = await stack.GetAsync($"/v1/jobs/{job.Id}");

        for (var i = 0; i < 3; i++)
            await SendAsync(Queues.SegmentationJobs, JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(job.Id), JobJson.Default.SegmentationMessage));
        await DrainedAsync();

        Assert.Equal(before, await stack.GetAsync($"/v1/jobs/{job.Id}"));
        Assert.Equal(1, await AttemptsAsync(job.Id));
    }

    [Theory]
    [InlineData(Queues.UploadsCreated)]
    [InlineData(Queues.SegmentationJobs)]
    public async Task A_message_that_is_no_message_is_dropped_and_the_next_one_handled(string queue)
    {
        await SendAsync(queue, Encoding.UTF8.GetBytes("not json"));
        await SendAsync(queue, Encoding.UTF8.GetBytes("{}"));

        Assert.Equal(JobState.Succeeded, (await stack.DroppedAsync(Photos.Fixture("grey.jpg"))).State);
        await DrainedAsync();
    }

    [Fact]
    public async Task A_job_whose_input_vanished_fails_and_does_not_hang()
    {
        // A job that is queued but whose model input is gone: what a retention rule set too short would do.
        var now = TimeProvider.System.GetUtcNow();
        var store = new JobStore(stack.Stack.Blobs, stack.Stack.Queues, TimeProvider.System);
        var id = WorkId.New(TimeProvider.System);
        await store.CreateAsync(new JobRecord
        {
            Id = id,
            State = JobState.Received,
            Source = new JobSource(Containers.Uploads, "gone", "0x1", null),
            Times = new JobTimes { CreatedAt = now },
            Image = new JobImage("jpeg", 10, 10, 1, 10),
            Input = new JobInput(320, 240),
        }, Cancel);
        await store.TryMoveAsync(id, JobState.Queued, record => record, Cancel);
        await SendAsync(Queues.SegmentationJobs, JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(id), JobJson.Default.SegmentationMessage));

        var job = await stack.EndedAsync(id);

        Assert.Equal((JobState.Failed, "upload-missing"), (job.State, job.Failure!.Code));
    }

    [Fact]
    public async Task Poisoned_messages_end_their_jobs_with_a_code()
    {
        var path = $"tests/{Guid.NewGuid()}/poisoned.jpg";
        var upload = BlobCreatedEvent.For(Containers.Uploads, path, "0x1", 1);
        await SendAsync(Queues.Poison(Queues.UploadsCreated), JsonSerializer.SerializeToUtf8Bytes(upload, JobJson.Default.BlobCreatedEvent));
        var dropped = await stack.EndedAsync(WorkId.ForDrop(Containers.Uploads, path, "0x1"));
        Assert.Equal((JobState.Failed, "attempts-exhausted", true), (dropped.State, dropped.Failure!.Code, dropped.Failure.Retryable));

        // A job that succeeded is not undone by a message that was poisoned before.
        var done = await stack.DroppedAsync(Photos.Fixture("grey.jpg"));
        await SendAsync(Queues.Poison(Queues.SegmentationJobs), JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(done.Id), JobJson.Default.SegmentationMessage));
        await DrainedAsync();
        Assert.Equal(JobState.Succeeded, (await stack.EndedAsync(done.Id)).State);
    }

    [Fact]
    public async Task A_worker_killed_in_the_middle_of_its_work_loses_no_job_and_doubles_none()
    {
        await using var own = await LocalStack.StartAsync(new LocalStackOptions(), Cancel);
        var uploads = own.Blobs.GetBlobContainerClient(Containers.Uploads);
        var ids = new List<WorkId>();
        for (var i = 0; i < 30; i++)
        {
            var stored = await uploads.GetBlobClient($"kill/{i}.jpg").UploadAsync(BinaryData.FromBytes(Photos.Street), Cancel);
            ids.Add(WorkId.ForDrop(Containers.Uploads, $"kill/{i}.jpg", stored.Value.ETag.ToString()));
            if (i is 10 or 20)
            {
                using var handler = Process.GetProcessById(own.WorkerProcessId);
                handler.Kill();
            }
        }

        var store = new JobStore(own.Blobs, own.Queues, TimeProvider.System);
        foreach (var id in ids)
        {
            var job = await Eventually.GetAsync(
                async () => (await store.FindAsync(id, Cancel))?.Value, $"the end of job {id}", job => job.State.IsTerminal(), TimeSpan.FromSeconds(90));
            Assert.Equal((JobState.Succeeded, null), (job.State, job.Failure));
            var mask = await StoredResult.PartAsync(own.Blobs, job, ResultFiles.Mask);
            Assert.Equal(751 * 563, Imaging.MaskPng.Decode(mask, new Imaging.ImageLimits()).Ids.Length);
        }

        var active = 0;
        await foreach (var marker in own.Blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel))
            active++;
        Assert.Equal(0, active);
    }

    private async Task SendAsync(string queue, byte[] message) =>
        await stack.Stack.Queues.GetQueueClient(queue).SendMessageAsync(BinaryData.FromBytes(message), cancellationToken: Cancel);

    /// <summary>Waits until no queue holds a message, hidden ones included.</summary>
    private async Task DrainedAsync()
    {
        foreach (var name in Queues.All)
        {
            var queue = stack.Stack.Queues.GetQueueClient(name);
            await Eventually.TrueAsync(async () => (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0, $"an empty {name}");
        }
    }

    private async Task<int> AttemptsAsync(WorkId id) => (await new JobStore(stack.Stack.Blobs, stack.Stack.Queues, TimeProvider.System).FindAsync(id, Cancel))!.Value.Attempt;
}
