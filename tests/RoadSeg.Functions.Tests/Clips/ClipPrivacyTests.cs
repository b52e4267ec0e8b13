using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Batches;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Clips;

/// <summary>Videos of which nothing recognisable is to be kept: what lies in storage after each end, and after each death on the way.</summary>
public sealed class ClipPrivacyTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();
    private readonly TempFolder _folder = new();
    private WholeService _service = null!;
    private ApiService _steps = null!;
    private StorageFaults _faults = null!;
    private long _delivery;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RoadSegClient Client => _service.Client;

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        var model = ("ROADSEG_MODEL", TinyPackages.Write(_folder["model"], "tiny", 0).Folder);
        _service = await WholeService.StartAsync(_storage, ["RunBatch"], model);
        (var blobs, _faults) = StorageFaults.BlobsOf(_storage);
        _steps = await ApiService.StartAsync(_storage, services: parts => parts.AddSingleton(blobs), more: [model, ("ROADSEG_BATCH_WINDOW", "1")]);
    }

    public async ValueTask DisposeAsync()
    {
        await _steps.DisposeAsync();
        await _service.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_a_redacted_video_no_byte_of_the_video_and_no_frame_is_left_however_its_steps_die()
    {
        var batch = await StartAsync(3);

        // The first delivery of each message dies at its first write or deletion, the second at its second, up to the fifth.
        var (writes, kills) = (0, 0);
        _faults.Fails = (method, _) => _delivery <= 5 && method is not ("GET" or "HEAD") && Interlocked.Increment(ref writes) == _delivery && Interlocked.Increment(ref kills) > 0;
        while ((await Client.GetBatchAsync(batch.Id, Cancel)).FinishedAt is null)
        {
            writes = 0;
            await StepAsync();
        }

        _faults.Fails = static (_, _) => false;
        Assert.InRange(kills, 10, 100);
        var ended = await Client.GetBatchAsync(batch.Id, Cancel);
        Assert.Equal((BatchState.Completed, 3, 3), (ended.State, ended.Counts!.Succeeded, ended.Clip!.Overlay!.Frames));
        Assert.Empty(await BlobsAsync(Containers.Clips));
        Assert.Equal(3, (await BlobsAsync(Containers.Submitted)).Count);
    }

    [Fact]
    public async Task Canceled_on_the_way_no_frame_is_left_that_was_not_redacted()
    {
        var batch = await StartAsync(4);
        while ((await Client.GetBatchAsync(batch.Id, Cancel)).Counts is not { Succeeded: >= 1 })
            await StepAsync();
        await Client.CancelBatchAsync(batch.Id, Cancel);
        while ((await Client.GetBatchAsync(batch.Id, Cancel)).FinishedAt is null)
            await StepAsync();

        Assert.Equal(BatchState.Canceled, (await Client.GetBatchAsync(batch.Id, Cancel)).State);
        await Eventually.TrueAsync(async () => (await BlobsAsync(Containers.Clips)).Count == 0, "no frame is left");
    }

    [Fact]
    public async Task Canceled_before_its_frames_were_taken_the_video_goes_when_its_step_comes()
    {
        var batch = await StartAsync(2);
        await Client.CancelBatchAsync(batch.Id, Cancel);
        Assert.NotEmpty(await BlobsAsync(Containers.Clips));

        await StepAsync();

        Assert.Empty(await BlobsAsync(Containers.Clips));
    }

    /// <summary>The step wrote that it had ended, and nobody looked at the video again.</summary>
    [Fact]
    public async Task Canceled_while_its_frames_are_taken_nothing_of_the_video_is_left()
    {
        var batch = await StartAsync(2);
        var canceled = 0;
        _faults.Fails = (method, path) =>
        {
            if (method == "PUT" && path.Contains("/frames/", StringComparison.Ordinal) && Interlocked.Exchange(ref canceled, 1) == 0)
                Task.Run(() => Client.CancelBatchAsync(batch.Id, Cancel), Cancel).Wait(Cancel);
            return false;
        };

        while (canceled == 0)
            await StepAsync();

        Assert.Equal(BatchState.Canceled, (await Client.GetBatchAsync(batch.Id, Cancel)).State);
        Assert.Empty(await BlobsAsync(Containers.Clips));
    }

    private async Task<BatchView> StartAsync(int frames)
    {
        var file = await Ffmpeg.MakeAsync(_folder, "v.mp4", "color=red:s=32x32:r=5", frames, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p");
        await using var video = File.OpenRead(file);
        return await Client.StartClipAsync(video, about: new BatchRequest(Redact: ["class-0"]), cancel: Cancel);
    }

    // Takes the next message of the batch, as the host would, with a death where the test says so.
    private async Task StepAsync()
    {
        var queue = _service.Queues.GetQueueClient(Queues.BatchSteps);
        if ((await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value is not { } message)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancel); // Messages of later steps are hidden for seconds.
            return;
        }

        _delivery = message.DequeueCount;
        try
        {
            await MessageDelivery.InvokeAsync(_steps.Services, "RunBatch", message, Cancel);
        }
        catch (Exception e) when (e is IOException or AggregateException)
        {
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.Zero, Cancel);
            return;
        }

        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
    }

    private async Task<List<string>> BlobsAsync(string container) =>
        (await _service.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel).ToListAsync(Cancel)).ConvertAll(blob => blob.Name);
}
