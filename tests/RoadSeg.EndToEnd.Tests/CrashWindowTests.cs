using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The windows in which a worker can die or lose its job, each struck exactly: at one storage request the worker is killed, or held.</summary>
public sealed class CrashWindowTests(SteadyWorker steady) : IClassFixture<SteadyWorker>, IAsyncLifetime
{
    private readonly BlobServiceClient _blobs = new(steady.ConnectionString);
    private readonly QueueServiceClient _queues = new(steady.ConnectionString);
    private StorageGate _gate = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(_blobs, _queues, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        _gate = await StorageGate.OpenAsync(steady.ConnectionString);
        foreach (var queue in Queues.All)
            await _queues.GetQueueClient(queue).ClearMessagesAsync(Cancel);
    }

    public ValueTask DisposeAsync() => _gate.DisposeAsync();

    [Fact]
    public async Task A_worker_that_dies_after_it_took_the_job_is_followed_by_the_same_message_under_a_new_attempt()
    {
        var (id, message) = await QueuedAsync();
        await using (var dying = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel))
        {
            _gate.Before = (method, path, _) => Killing(method == "PUT" && path.Contains("/results/", StringComparison.Ordinal), dying);
            await dying.DieAsync("SegmentImage", message, "m1", Cancel);
        }

        Assert.Equal((JobState.Running, 1), await StandsAsync(id));
        await RedeliverAsync("SegmentImage", message, "m1");

        var job = (await Jobs.FindAsync(id, Cancel))!.Value;
        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Result!.Attempt));
    }

    [Fact]
    public async Task A_worker_that_dies_between_its_commit_and_the_end_of_its_message_changes_nothing_when_it_comes_again()
    {
        var (id, message) = await QueuedAsync();
        await using (var dying = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel))
        {
            _gate.After = (method, path, body) => Killing(method == "PUT" && path.Contains("/jobs/", StringComparison.Ordinal) && body.Contains("\"succeeded\"", StringComparison.Ordinal), dying);
            await dying.DieAsync("SegmentImage", message, "m1", Cancel);
        }

        Assert.Equal((JobState.Succeeded, 1), await StandsAsync(id));
        var before = await Jobs.FindAsync(id, Cancel);
        await RedeliverAsync("SegmentImage", message, "m1");

        Assert.Equal(before!.ETag, (await Jobs.FindAsync(id, Cancel))!.ETag);
    }

    [Fact]
    public async Task A_zombie_that_wakes_after_its_job_was_taken_over_commits_nothing()
    {
        var (id, message) = await QueuedAsync();
        await using var zombie = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel);
        var (held, wake) = HoldResults();
        var sleeping = zombie.InvokeAsync("SegmentImage", message, "m1", 1, Cancel);
        await held.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        await RedeliverAsync("SegmentImage", message, "m1");
        var committed = await Jobs.FindAsync(id, Cancel);
        Assert.Equal((JobState.Succeeded, 2), (committed!.Value.State, committed.Value.Result!.Attempt));

        wake.SetResult();
        await sleeping;
        Assert.Equal(committed.ETag, (await Jobs.FindAsync(id, Cancel))!.ETag);
    }

    [Fact]
    public async Task A_job_that_is_canceled_while_it_runs_stays_canceled_and_publishes_no_result()
    {
        var (id, message) = await QueuedAsync();
        await using var worker = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel);
        var (held, go) = HoldResults();
        var running = worker.InvokeAsync("SegmentImage", message, "m1", 1, Cancel);
        await held.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal((JobState.Running, 1), await StandsAsync(id));

        using var answer = await worker.Http.DeleteAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), Cancel);
        Assert.Equal(JobState.Canceled, (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.State);
        var canceled = await Jobs.FindAsync(id, Cancel);
        go.SetResult();
        await running;

        var after = await Jobs.FindAsync(id, Cancel);
        Assert.Equal((JobState.Canceled, canceled!.ETag), (after!.Value.State, after.ETag));
        Assert.Null(after.Value.Result);
        using var mask = await worker.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, mask.StatusCode);

        // Its message comes again, as after a crash: there is nothing left to do.
        await RedeliverAsync("SegmentImage", message, "m1");
        Assert.Equal((JobState.Canceled, 1), await StandsAsync(id));
    }

    [Fact]
    public async Task A_preprocessor_that_dies_after_queueing_the_job_still_sends_its_message_when_it_comes_again()
    {
        var (id, upload) = await UploadedAsync();
        await using (var dying = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel))
        {
            _gate.After = (method, path, body) => Killing(method == "PUT" && path.Contains("/jobs/", StringComparison.Ordinal) && body.Contains("\"queued\"", StringComparison.Ordinal), dying);
            await dying.DieAsync("PreprocessUpload", upload, "m1", Cancel);
        }

        await RedeliverAsync("PreprocessUpload", upload, "m1");

        Assert.Equal(id, JsonSerializer.Deserialize(await TakeAsync(), JobJson.Default.SegmentationMessage)!.JobId);
        Assert.Equal((JobState.Queued, 0), await StandsAsync(id));
    }

    // "The model input is overwritten by name: a zombie delivery of the same message that took another version can replace it after queued."
    [Fact]
    public async Task A_preprocessor_that_wakes_after_its_job_was_queued_by_another_replaces_no_input()
    {
        var (id, upload) = await UploadedAsync();
        await using var zombie = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel);
        var (held, go) = Hold($"/{Containers.Work}/");
        var sleeping = zombie.InvokeAsync("PreprocessUpload", upload, "m1", 1, Cancel);
        await held.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        await RedeliverAsync("PreprocessUpload", upload, "m1");
        var queued = (await Jobs.FindAsync(id, Cancel))!.Value;
        var input = _blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(id, queued.InputFile));
        var stored = (await input.GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;
        go.SetResult();
        await sleeping;

        Assert.Equal(stored, (await input.GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag);
        Assert.Equal(queued.InputFile, (await Jobs.FindAsync(id, Cancel))!.Value.InputFile);

        // Its own message says the same as that of the delivery that queued the job.
        var messages = new[] { await TakeAsync(), await TakeAsync() }.Select(message => JsonSerializer.Deserialize(message, JobJson.Default.SegmentationMessage)!.Input);
        Assert.All(messages, file => Assert.Equal(queued.InputFile, file));
    }

    [Fact]
    public async Task A_GPU_worker_without_CUDA_takes_no_job_but_gives_its_message_back_for_another()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU.");
        var (fresh, first) = await QueuedAsync();
        var (orphan, second) = await QueuedAsync();
        await using (var dying = await DirectWorker.StartAsync(_gate.ConnectionString, Cancel))
        {
            _gate.Before = (method, path, _) => Killing(method == "PUT" && path.Contains("/results/", StringComparison.Ordinal), dying);
            await dying.DieAsync("SegmentImage", second, "m2", Cancel);
        }

        // Each at its last delivery: were it counted as failed, its job would end.
        await using (var broken = await DirectWorker.StartAsync(steady.ConnectionString, Cancel, new Dictionary<string, string> { ["ROADSEG_PROVIDER"] = "cuda" }))
            await Task.WhenAll(broken.InvokeAsync("SegmentImage", first, "m1", 5, Cancel), broken.InvokeAsync("SegmentImage", second, "m2", 5, Cancel));
        Assert.Equal((JobState.Queued, 0), await StandsAsync(fresh));
        Assert.Equal((JobState.Queued, 1), await StandsAsync(orphan));

        var line = _queues.GetQueueClient(Queues.SegmentationJobs);
        var given = (await line.ReceiveMessagesAsync(32, cancellationToken: Cancel)).Value;
        Assert.Equal(2, given.Length);
        foreach (var message in given)
            await steady.Worker.InvokeAsync("SegmentImage", message.Body.ToArray(), message.MessageId, 1, Cancel);
        Assert.Equal((JobState.Succeeded, 1), await StandsAsync(fresh));
        Assert.Equal((JobState.Succeeded, 2), await StandsAsync(orphan));
    }

    private (Task Held, TaskCompletionSource Go) HoldResults() => Hold("/results/");

    // Whoever writes there waits: until the first does so, and until it is let go.
    private (Task Held, TaskCompletionSource Go) Hold(string container)
    {
        var (held, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _gate.Before = async (method, path, _) =>
        {
            if (method == "PUT" && path.Contains(container, StringComparison.Ordinal))
            {
                held.TrySetResult();
                await go.Task;
            }
        };
        return (held.Task, go);
    }

    private static Task Killing(bool now, DirectWorker worker)
    {
        if (now)
            worker.Kill();
        return Task.CompletedTask;
    }

    private Task RedeliverAsync(string function, byte[] message, string messageId) => steady.Worker.InvokeAsync(function, message, messageId, 2, Cancel);

    private async Task<(JobState State, int Attempt)> StandsAsync(WorkId id)
    {
        var job = (await Jobs.FindAsync(id, Cancel))!.Value;
        return (job.State, job.Attempt);
    }

    private async Task<(WorkId Id, byte[] Event)> UploadedAsync()
    {
        var path = $"{Guid.NewGuid()}/photo.jpg";
        var stored = await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(Photos.Fixture("grey.jpg")), Cancel);
        var etag = stored.Value.ETag.ToString();
        return (WorkId.ForDrop(Containers.Uploads, path, etag), JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, path, etag, 1), JobJson.Default.BlobCreatedEvent));
    }

    private async Task<(WorkId Id, byte[] Message)> QueuedAsync()
    {
        var (id, upload) = await UploadedAsync();
        await RedeliverAsync("PreprocessUpload", upload, "upload");
        return (id, await TakeAsync());
    }

    // The message that the preprocessor sent, taken off its queue as a listener does after the run.
    private async Task<byte[]> TakeAsync()
    {
        var line = _queues.GetQueueClient(Queues.SegmentationJobs);
        QueueMessage message = (await line.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        await line.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        return message.Body.ToArray();
    }
}
