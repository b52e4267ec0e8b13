using Azure.Storage.Blobs.Models;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Every state a dead process, a lost event or a lost message can leave behind, and that the sweep ends each.</summary>
public sealed class SweepTests : IAsyncLifetime
{
    private LocalStack _stack = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Store => new(_stack.Blobs, _stack.Queues, TimeProvider.System);

    public async ValueTask InitializeAsync() => _stack = await LocalStack.StartAsync(new LocalStackOptions
    {
        Settings = new Dictionary<string, string> { ["ROADSEG_SWEEP_AFTER"] = "00:00:02", ["ROADSEG_LEASE"] = "00:00:04", ["ROADSEG_UPLOAD_GRACE"] = "00:00:01", ["ROADSEG_DEADLINE"] = "00:05:00" },
    }, Cancel);

    public ValueTask DisposeAsync() => _stack.DisposeAsync();

    [Fact]
    public async Task Jobs_left_in_any_state_end_by_themselves()
    {
        // The photos lie in a container that sends no events, so that nothing but the sweep can find them.
        await _stack.Blobs.GetBlobContainerClient("silent").CreateIfNotExistsAsync(cancellationToken: Cancel);
        var etag = (await _stack.Blobs.GetBlobContainerClient("silent").GetBlobClient("photo.jpg").UploadAsync(BinaryData.FromBytes(Photos.Fixture("grey.jpg")), Cancel)).Value.ETag.ToString().Trim('"');

        var noEvent = await LeftAsync(job => job with { State = JobState.AwaitingUpload, Source = job.Source with { Path = $"{job.Id}/image" } }, upload: true);
        var noPhoto = await LeftAsync(job => job with { State = JobState.AwaitingUpload, Source = job.Source with { Path = $"{job.Id}/image" } });
        var ownerGone = await LeftAsync(job => job with { State = JobState.Received, Owner = new WorkOwner("gone", job.Times.CreatedAt) }, upload: true);
        var messageGone = await LeftAsync(Prepared, input: true);
        var workerGone = await LeftAsync(job => Prepared(job) with { State = JobState.Running, Attempt = 1, Owner = new WorkOwner("gone", job.Times.CreatedAt) }, input: true);
        var tooOld = await LeftAsync(job => Prepared(job) with { State = JobState.Running, Owner = new WorkOwner("alive", TimeProvider.System.GetUtcNow().AddHours(1)), Times = new JobTimes { CreatedAt = job.Times.CreatedAt.AddMinutes(-6) } });
        var untold = await LeftAsync(job => job with { State = JobState.Canceled, Times = job.Times with { FinishedAt = job.Times.CreatedAt } });

        Assert.Equal(JobState.Succeeded, (await EndedAsync(noEvent)).State);
        Assert.Equal(JobState.Expired, (await EndedAsync(noPhoto)).State);
        Assert.Equal(JobState.Succeeded, (await EndedAsync(ownerGone)).State);
        Assert.Equal(JobState.Succeeded, (await EndedAsync(messageGone)).State);
        var taken = await EndedAsync(workerGone);
        Assert.Equal((JobState.Succeeded, 2), (taken.State, taken.Result!.Attempt));
        Assert.Equal((JobState.Failed, "deadline-exceeded"), ((await EndedAsync(tooOld)).State, (await EndedAsync(tooOld)).Failure!.Code));
        Assert.Equal(JobState.Canceled, (await EndedAsync(untold)).State);
        await NoMarkersAsync();
        Assert.NotEmpty(etag);
    }

    private static JobRecord Prepared(JobRecord job) => job with
    {
        State = JobState.Queued,
        Times = job.Times with { QueuedAt = job.Times.CreatedAt },
        Image = new JobImage("jpeg", 64, 48, 1, 100),
        Input = new JobInput(64, 48),
    };

    /// <summary>Writes a record as a process that died right then would have left it: its marker, its blobs, no message.</summary>
    private async Task<WorkId> LeftAsync(Func<JobRecord, JobRecord> state, bool upload = false, bool input = false)
    {
        var id = WorkId.New(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        var path = $"{id}/image";
        var record = new JobRecord { Id = id, State = JobState.Received, Source = new JobSource(Containers.Uploads, path, null, null), Times = new JobTimes { CreatedAt = now } };
        if (upload)
        {
            // Stored before the record: its event finds a job of another id and goes its own way.
            var stored = await _stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(Photos.Fixture("grey.jpg")), Cancel);
            await EndedAsync(WorkId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString()));
            record = record with { Source = record.Source with { ETag = stored.Value.ETag.ToString().Trim('"') } };
        }

        if (input)
            await _stack.Blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(id)).UploadAsync(BinaryData.FromBytes(new byte[64 * 48 * 3]), Cancel);
        await Store.CreateAsync(state(record), Cancel);
        if (state(record).State.IsTerminal())
            await _stack.Blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(record.Caller, id)).UploadAsync(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty), overwrite: true, Cancel);
        return id;
    }

    private Task<JobRecord> EndedAsync(WorkId id) => Eventually.GetAsync(
        async () => (await Store.FindAsync(id, Cancel))?.Value, $"the end of job {id}", job => job.State.IsTerminal(), TimeSpan.FromSeconds(90));

    private async Task NoMarkersAsync() => await Eventually.GetAsync(
        async () =>
        {
            var left = new List<string>();
            var markers = _stack.Blobs.GetBlobContainerClient(Containers.JobsActive);
            await foreach (var marker in markers.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel))
                left.Add(marker.Name);
            return left;
        },
        "the end of the markers", left => left.Count == 0);
}
