using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Batches;
using RoadSeg.Functions.Batches;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Batches;

/// <summary>Batches whose process dies. Steps are made by a service whose storage breaks where a test says so; the photos are worked on by another.</summary>
public sealed class BatchKillTests : IAsyncLifetime
{
    private const int Photos = 40;

    private readonly StorageFixture _storage = new();
    private readonly TempFolder _folder = new();
    private WholeService _service = null!;
    private ApiService _steps = null!;
    private StorageFaults _blobFaults = null!;
    private StorageFaults _queueFaults = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private QueueClient Queue => _service.Queues.GetQueueClient(Queues.BatchSteps);

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        var model = ("ROADSEG_MODEL", TinyPackages.Write(_folder["model"], "tiny", 0).Folder);
        _service = await WholeService.StartAsync(_storage, ["RunBatch"], model);
        (var blobs, _blobFaults) = StorageFaults.BlobsOf(_storage);
        (var queues, _queueFaults) = StorageFaults.QueuesOf(_storage);
        _steps = await ApiService.StartAsync(_storage, services: parts => parts.AddSingleton(blobs).AddSingleton(queues), more: [model, ("ROADSEG_BATCH_WINDOW", "12")]);
    }

    public async ValueTask DisposeAsync()
    {
        await _steps.DisposeAsync();
        await _service.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Steps_that_die_at_any_of_their_writes_lose_no_photo_and_double_none()
    {
        for (var i = 0; i < Photos; i++)
            await _service.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient($"k/{i:D2}.png").UploadAsync(BinaryData.FromBytes(i % 10 == 9 ? [1, 2] : TinyPackages.RedPhoto()), Cancel);
        var asked = await _service.Client.StartBatchAsync(new BatchRequest(Prefix: "k/"), cancel: Cancel);

        // Each write of a step is the last of a process sometime: after 1, 2, 3 ... further writes.
        var (writes, kills) = (0, 0);
        _blobFaults.Fails = _queueFaults.Fails = (method, _) => Volatile.Read(ref kills) < 25 && method != "GET" && Interlocked.Increment(ref writes) > kills % 9 + 1 && Killed();
        await EndAsync(asked.Id, () => writes = 0);

        Assert.InRange(kills, 20, 25);
        var batch = await _service.Client.GetBatchAsync(asked.Id, Cancel);
        Assert.Equal((BatchState.Completed, Photos, 36, 4), (batch.State, batch.Total, batch.Counts!.Succeeded, batch.Counts.Failed));
        var items = await _service.Client.ListBatchItemsAsync(asked.Id, cancel: Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, Photos).Select(i => $"{i:D2}.png"), items.Select(item => item.Name));

        // One record a photo, each of which ran once.
        var records = await BlobsAsync(Containers.Jobs);
        Assert.Equal(Photos, records.Count);
        foreach (var item in items.Where(item => item.State == "succeeded"))
            Assert.Equal(1, (await _service.Client.GetAsync(item.Job!.Value, Cancel)).Result!.Attempt);
        Assert.Empty(await BlobsAsync(Containers.JobsActive));

        bool Killed()
        {
            Interlocked.Increment(ref kills);
            return true;
        }
    }

    /// <summary>It went on from where it had come to, and was called whole without the photos that succeeded before that.</summary>
    [Fact]
    public async Task A_retry_while_a_zip_is_made_has_the_archive_begun_anew()
    {
        var drops = _service.Blobs.GetBlobContainerClient(Containers.Batches);
        await drops.UploadBlobAsync("b.png", BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        var asked = await _service.Client.StartBatchAsync(new BatchRequest(Names: ["late.png", "b.png"]), cancel: Cancel);
        await EndAsync(asked.Id);
        await drops.UploadBlobAsync("late.png", BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        await _service.Client.MakeBatchArchiveAsync(asked.Id, ["mask"], Cancel);

        var retried = 0;
        _blobFaults.Fails = (method, path) =>
        {
            if (method == "PUT" && path.EndsWith(".zip", StringComparison.Ordinal) && Interlocked.Exchange(ref retried, 1) == 0)
                Task.Run(() => _service.Client.RetryBatchAsync(asked.Id, Cancel), Cancel).Wait(Cancel);
            return false;
        };
        await EndAsync(asked.Id);

        Assert.Equal(1, retried);
        var batch = await _service.Client.GetBatchAsync(asked.Id, Cancel);
        Assert.Equal((BatchState.Completed, 2), (batch.State, batch.Counts!.Succeeded));
        var part = Assert.Single(Assert.Single(batch.Archives).Parts);
        Assert.Equal((2, 0), (part.Photos, part.Missing));
    }

    [Fact]
    public async Task A_job_whose_process_died_before_it_told_its_batch_is_told_by_the_sweep()
    {
        var batch = WorkId.New(TimeProvider.System, "local");
        var jobs = new JobStore(_steps.Services.GetRequiredService<BlobServiceClient>(), _service.Queues, TimeProvider.System);
        var record = new JobRecord
        {
            Id = batch.OfItem(3, 0), State = JobState.AwaitingUpload, Source = new JobSource(Containers.Batches, "x", null, "x"), Lane = WorkLane.Bulk,
            Batch = new BatchPlace(batch, 3, 0, 0), Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
        };
        await jobs.CreateAsync(record, Cancel);
        _blobFaults.Fails = static (_, path) => path.Contains("/log/", StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => jobs.TryMoveAsync(record.Id, JobState.Canceled, static job => job, Cancel));
        Assert.DoesNotContain(await BlobsAsync(Containers.BatchRuns), static name => name.Contains("/log/", StringComparison.Ordinal));

        _blobFaults.Fails = static (_, _) => false;
        await ActivatorUtilities.CreateInstance<JobSweep>(_steps.Services, new WorkOptions { SweepAfter = TimeSpan.Zero }).RunAsync(Cancel);

        var tally = new BatchTally(batch, 5);
        await tally.ReadAsync(_service.Blobs.GetBlobContainerClient(Containers.BatchRuns), Cancel);
        Assert.Equal(JobState.Canceled, tally.EndOf(3));
        Assert.Empty(await BlobsAsync(Containers.JobsActive));
    }

    [Fact]
    public async Task Two_messages_of_one_step_make_it_once_and_a_lost_one_is_sent_again_once()
    {
        await _service.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient("t/a.png").UploadAsync(BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        var asked = await _service.Client.StartBatchAsync(new BatchRequest(Prefix: "t/"), cancel: Cancel);
        var first = (await Queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value;

        await Task.WhenAll(DeliverAsync(first, delete: false), DeliverAsync(first, delete: false));
        await DeliverAsync(first);

        var stepped = (await _steps.Services.GetRequiredService<BatchStore>().FindAsync(asked.Id, Cancel))!.Value;
        Assert.Equal((1, BatchState.Running), (stepped.Step, stepped.State));
        Assert.Single((await Queue.PeekMessagesAsync(32, Cancel)).Value);

        await Queue.ClearMessagesAsync(Cancel);
        await SweepAsync();
        await SweepAsync();
        Assert.Single((await Queue.PeekMessagesAsync(32, Cancel)).Value);
    }

    // Makes steps until the batch has ended and its archives are whole.
    private async Task EndAsync(WorkId id, Action? beforeStep = null)
    {
        while (await _service.Client.GetBatchAsync(id, Cancel) is { } now && (now.FinishedAt is null || now.Archives.Any(one => one.FinishedAt is null)))
        {
            beforeStep?.Invoke();
            if ((await Queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value is { } message)
                await DeliverAsync(message);
            else if (!(await HiddenAsync()))
                await SweepAsync();
        }
    }

    private async Task DeliverAsync(QueueMessage message, bool delete = true)
    {
        try
        {
            await MessageDelivery.InvokeAsync(_steps.Services, "RunBatch", message, Cancel);
        }
        catch (Exception e) when (e is IOException or AggregateException)
        {
            await Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.Zero, Cancel);
            return;
        }

        if (delete)
            await Queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
    }

    // Messages wait for a second between steps.
    private async Task<bool> HiddenAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200), Cancel);
        return (await Queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount > 0;
    }

    private async Task SweepAsync()
    {
        var (blobs, queues) = (_service.Blobs, _service.Queues);
        var late = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(20));
        var clips = _steps.Services.GetRequiredService<BatchClips>();
        await new BatchSweep(blobs, queues, new BatchStore(blobs, queues, late), clips, new WorkOptions(), late, NullLogger<BatchSweep>.Instance).RunAsync(Cancel);
    }

    private async Task<List<string>> BlobsAsync(string container) =>
        (await _service.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel).ToListAsync(Cancel)).ConvertAll(blob => blob.Name);
}
