using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Segmentation;

/// <summary>From a job in its line to its committed result: who may run it, and what is left when it fails on the way.</summary>
public sealed class SegmentImageTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _worker = await InProcess.StartAsync(storage, _time);

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task A_queued_job_gets_its_result_files_and_says_what_made_them()
    {
        var id = await QueuedAsync();

        await RunAsync(id);

        var job = await _worker.JobAsync(id);
        Assert.Equal((JobState.Succeeded, 1, 1), (job.State, job.Attempt, job.Result!.Attempt));
        Assert.Equal((_worker.Bundled.Manifest.Name, _worker.Bundled.Manifest.Version, "cpu"), (job.Result.Model, job.Result.ModelVersion, job.Result.Provider));
        Assert.True(job.Stages is { Claim: >= 0, Fetch: >= 0, Wait: >= 0, Infer: > 0, Upsample: >= 0, Encode: >= 0, Commit: > 0 });
        Assert.All(MaskPng.Decode(await ResultAsync(id, ResultFiles.Mask), new ImageLimits()).Ids, pixel => Assert.Equal(TinyPackages.ClassOfRed(0), pixel));
        Assert.NotEmpty(await ResultAsync(id, ResultFiles.Confidence));
        var summary = JsonSerializer.Deserialize(await ResultAsync(id, ResultFiles.Summary), JobJson.Default.ResultSummary)!;
        Assert.Equal((40, 30), (summary.Width, summary.Height));
    }

    [Fact]
    public async Task The_message_of_a_delivery_that_died_takes_over_with_a_new_attempt_and_no_other_message_does()
    {
        var id = await QueuedAsync();
        _worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Results + "/", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(id));
        var held = await _worker.JobAsync(id);
        Assert.Equal((JobState.Running, 1, "s1"), (held.State, held.Attempt, held.Owner!.MessageId));

        _worker.Faults.Fails = static (_, _) => false;
        await RunAsync(id, "s2");
        Assert.Equal((JobState.Running, 1), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Attempt));
        await RunAsync(id);

        Assert.Equal((JobState.Succeeded, 2), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Result!.Attempt));

        // Once more, when it was done.
        await RunAsync(id);
        Assert.Equal(2, (await _worker.JobAsync(id)).Attempt);
    }

    [Fact]
    public async Task A_job_whose_owner_the_sweep_took_away_is_run_by_the_next_message()
    {
        var id = await QueuedAsync();
        await _worker.Others.TryMoveAsync(id, JobState.Running, record => record with { Attempt = 1, Owner = null }, Cancel);

        await RunAsync(id, "s2");

        Assert.Equal((JobState.Succeeded, 2), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Attempt));
    }

    [Theory]
    [InlineData("canceled", JobState.Canceled)]
    [InlineData("taken over", JobState.Running)]
    public async Task A_result_is_nobodys_when_the_job_went_on_without_it(string how, JobState state)
    {
        var id = await QueuedAsync();
        _worker.Faults.Fails = (method, path) =>
        {
            if (method == "PUT" && path.EndsWith(ResultFiles.Whole, StringComparison.Ordinal))
            {
                (how == "canceled"
                    ? _worker.Others.TryMoveAsync(id, JobState.Canceled, record => record, Cancel)
                    : _worker.Others.AmendAsync(id, record => record with { Attempt = 2, Owner = new WorkOwner("s2", _time.GetUtcNow()) }, Cancel)).GetAwaiter().GetResult();
            }

            return false;
        };

        await RunAsync(id);

        var job = await _worker.JobAsync(id);
        Assert.Equal((state, null), (job.State, job.Result));
    }

    [Theory]
    [InlineData("canceled")]
    [InlineData("taken over")]
    public async Task A_job_that_is_not_wanted_any_more_when_its_turn_comes_is_not_run(string how)
    {
        var id = await QueuedAsync();
        var lane = _worker.Get<ModelLane>();
        await lane.EnterAsync(WorkLane.Interactive, Cancel);
        var run = RunAsync(id);
        await Eventually.TrueAsync(async () => (await _worker.JobAsync(id)).State == JobState.Running, "its attempt");
        if (how == "canceled")
            await _worker.Others.TryMoveAsync(id, JobState.Canceled, record => record, Cancel);
        else
            await _worker.Others.AmendAsync(id, record => record with { Attempt = 2 }, Cancel);

        // A wait that is worth asking after.
        await Task.Delay(150, Cancel);

        lane.Leave();
        await run;

        Assert.False(await storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Whole)).ExistsAsync(Cancel));
        await lane.EnterAsync(WorkLane.Interactive, Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
    }

    [Fact]
    public async Task Runs_that_fail_give_back_their_lease_and_their_turn()
    {
        var (pin, isAlive) = await OtherVersionAsync();
        _worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Results + "/", StringComparison.Ordinal);
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAnyAsync<Exception>(async () => await RunAsync(await QueuedAsync(pin)));
        _worker.Faults.Fails = static (_, _) => false;

        Evict(isAlive);
        var id = await QueuedAsync();
        await RunAsync(id).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(id)).State);
    }

    [Fact]
    public async Task A_run_that_breaks_off_in_the_model_gives_back_its_lease_and_its_turn()
    {
        var (pin, isAlive) = await OtherVersionAsync(TinyPackages.WriteOverflowing);
        var broken = await QueuedAsync(pin);

        await RunAsync(broken);

        Assert.Equal(JobState.Failed, (await _worker.JobAsync(broken)).State);
        Evict(isAlive);
        var id = await QueuedAsync();
        await RunAsync(id).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(id)).State);
    }

    [Fact]
    public async Task A_run_whose_model_storage_does_not_give_fails_no_job_and_goes_on_when_its_message_comes_again()
    {
        using var folder = new TempFolder();
        var package = TinyPackages.Write(folder["v1"], _worker.Bundled.Manifest.Name, 1);
        await new ModelRegistry(storage.Blobs, _time).PublishAsync(package, "test", null, null, Cancel);
        var id = await QueuedAsync(ModelPin.Of(package.Manifest));
        _worker.Faults.Refuses = static (method, path) => method == "GET" && path.StartsWith(Containers.Models + "/", StringComparison.Ordinal);

        Assert.Equal(ErrorCodes.StorageUnavailable, (await Assert.ThrowsAsync<RoadSegException>(() => RunAsync(id))).Code);

        Assert.Equal(JobState.Running, (await _worker.JobAsync(id)).State);
        _worker.Faults.Refuses = static (_, _) => false;
        await RunAsync(id);
        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(id)).State);
    }

    [Fact]
    public async Task A_run_gives_back_its_lease_when_it_has_ended()
    {
        var (pin, isAlive) = await OtherVersionAsync();
        var id = await QueuedAsync(pin);

        await RunAsync(id);

        Assert.Equal(pin.Version, (await _worker.JobAsync(id)).Result!.ModelVersion);
        Evict(isAlive);
    }

    [Fact]
    public async Task A_job_whose_prepared_photo_is_gone_fails_and_says_so()
    {
        var id = await QueuedAsync();
        await storage.Blobs.GetBlobContainerClient(Containers.Work).DeleteBlobAsync(BlobPaths.WorkInput(id), cancellationToken: Cancel);

        await RunAsync(id);

        var job = await _worker.JobAsync(id);
        Assert.Equal((JobState.Failed, "upload-missing"), (job.State, job.Failure!.Code));
    }

    [Fact]
    public async Task A_failure_of_an_attempt_that_was_overtaken_fails_nothing()
    {
        var id = await QueuedAsync();
        _worker.Faults.Fails = (method, path) =>
        {
            if (method == "GET" && path.StartsWith(Containers.Work + "/", StringComparison.Ordinal))
                storage.Blobs.GetBlobContainerClient(Containers.Work).DeleteBlob(BlobPaths.WorkInput(id), cancellationToken: Cancel);
            return false;
        };
        var watched = _worker.Get<JobStore>();
        watched.Written += written =>
        {
            if (written.Value is { State: JobState.Running, Attempt: 1 })
                _worker.Others.AmendAsync(id, record => record with { Attempt = 2 }, Cancel).GetAwaiter().GetResult();
        };

        await RunAsync(id);

        Assert.Equal((JobState.Running, 2), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Attempt));
    }

    [Fact]
    public async Task Of_a_canceled_job_nothing_is_run()
    {
        var id = await QueuedAsync();
        await _worker.Others.TryMoveAsync(id, JobState.Canceled, record => record, Cancel);

        await RunAsync(id);

        Assert.Equal((JobState.Canceled, 0), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Attempt));
    }

    [Fact]
    public async Task A_bulk_job_is_run_from_its_line()
    {
        var id = await QueuedAsync(lane: WorkLane.Bulk);

        await _worker.Function<SegmentImage>().BulkAsync(InProcess.Message(new SegmentationMessage(id, 1, null)), Cancel);

        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(id)).State);
    }

    // What it fails at and what it does not both count: see RolloutWatchTests.
    [Fact]
    public async Task A_version_that_fails_on_half_of_the_photos_is_taken_back_and_no_sooner()
    {
        using var folder = new TempFolder();
        var (name, registry) = (_worker.Bundled.Manifest.Name, _worker.Get<ModelRegistry>());
        var package = TinyPackages.WriteOverflowing(folder["v1"], name, 1);
        await registry.PublishAsync(package, "test", null, null, Cancel);
        await _worker.Get<Rollouts>().PromoteAsync(name, package.Manifest.Version, "test", force: false, Cancel);
        var pin = ModelPin.Of(package.Manifest);
        for (var i = 0; i < 6; i++)
            Assert.Equal(JobState.Succeeded, (await RanAsync(50)).State);

        for (var i = 0; i < 5; i++)
            Assert.Equal("model-invalid", (await RanAsync(200)).Failure!.Code);
        Assert.Equal(package.Manifest.Version, (await registry.LiveAsync(name, Cancel))!.Value.Version);

        Assert.Equal("model-invalid", (await RanAsync(200)).Failure!.Code);
        Assert.Equal(_worker.Bundled.Manifest.Version, (await registry.LiveAsync(name, Cancel))!.Value.Version);

        async Task<JobRecord> RanAsync(byte red)
        {
            var id = await QueuedAsync(pin, red: red);
            await RunAsync(id);
            return await _worker.JobAsync(id);
        }
    }

    [Fact]
    public async Task The_mask_of_a_heavy_photo_waits_for_work_in_the_background_without_a_model_and_gives_its_turn_back()
    {
        var turns = _worker.Get<PhotoSlots>();
        var (pin, isAlive) = await OtherVersionAsync();
        var (light, heavy) = (await QueuedAsync(), await QueuedAsync(pin, width: 6000, height: 4200));
        var background = await turns.WorkAsync("another", long.MaxValue, Cancel);
        var waiting = RunAsync(heavy);
        await RunAsync(light, "s2").WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(light)).State);
        Evict(isAlive);
        Assert.Equal((JobState.Running, false), ((await _worker.JobAsync(heavy)).State, waiting.IsCompleted));

        background.Dispose();
        await waiting.WaitAsync(TimeSpan.FromMinutes(2), Cancel);

        Assert.Equal(JobState.Succeeded, (await _worker.JobAsync(heavy)).State);
        (await turns.WorkAsync("another", long.MaxValue, Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel)).Dispose();
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_message_about_nothing_does_nothing(string body)
    {
        await _worker.Function<SegmentImage>().RunAsync(Messages.Of(Encoding.UTF8.GetBytes(body), "s1"), Cancel);
        await _worker.Function<FailPoisonedSegmentation>().SegmentationAsync(Messages.Of(Encoding.UTF8.GetBytes(body), "s1"), Cancel);
    }

    [Fact]
    public async Task A_message_that_failed_as_often_as_it_may_fails_its_job()
    {
        var id = await QueuedAsync(lane: WorkLane.Bulk);

        await _worker.Function<FailPoisonedSegmentation>().SegmentationBulkAsync(InProcess.Message(new SegmentationMessage(id, 1, null)), Cancel);

        var job = await _worker.JobAsync(id);
        Assert.Equal((JobState.Failed, "attempts-exhausted", true), (job.State, job.Failure!.Code, job.Failure.Retryable));
    }

    private Task RunAsync(WorkId id, string message = "s1") => _worker.Function<SegmentImage>().RunAsync(InProcess.Message(new SegmentationMessage(id, 1, null), message), Cancel);

    private async Task<byte[]> ResultAsync(WorkId id, string part) => await StoredResult.PartAsync(storage.Blobs, await _worker.JobAsync(id), part);

    // A version in memory that is not the live one: it may be let go.
    private async Task<(ModelPin Pin, Func<bool> IsAlive)> OtherVersionAsync(Func<string, string, int, ModelPackage>? write = null)
    {
        using var folder = new TempFolder();
        var package = (write ?? ((path, name, turn) => TinyPackages.Write(path, name, turn)))(folder["v1"], _worker.Bundled.Manifest.Name, 1);
        await new ModelRegistry(storage.Blobs, _time).PublishAsync(package, "test", null, null, Cancel);
        var pin = ModelPin.Of(package.Manifest);
        using var lease = await _worker.Get<ModelPool>().UseAsync(pin, Cancel);
        var engine = lease.Engine;
        return (pin, () => Record.Exception(() => engine.Segment(new RgbImage(32, 32, new byte[3 * 32 * 32]), 32, 32)) is null);
    }

    private void Evict(Func<bool> isAlive)
    {
        Assert.True(isAlive());
        _time.Advance(TimeSpan.FromMinutes(11));
        _worker.Get<ModelPool>().LetIdleGo();
        Assert.False(isAlive());
    }

    private async Task<WorkId> QueuedAsync(
        ModelPin? pin = null, WorkLane lane = WorkLane.Interactive, int width = 40, int height = 30, byte red = 200)
    {
        var job = await _worker.IssuedAsync(lane);
        var size = pin is null ? new JobInput(32, 32) : new JobInput(48, 48);
        var input = new byte[3 * size.Width * size.Height];
        for (var i = 0; i < input.Length; i += 3)
            input[i] = red;
        await storage.Blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(job.Id)).UploadAsync(BinaryData.FromBytes(input), Cancel);
        await _worker.Others.TryMoveAsync(job.Id, JobState.Received, record => record, Cancel);
        await _worker.Others.TryMoveAsync(job.Id, JobState.Queued, record => record with
        {
            Image = new JobImage("png", width, height, 1, 100),
            Input = size,
            Pin = pin ?? ModelPin.Of(_worker.Bundled.Manifest),
            Ticket = 1,
        }, Cancel);
        return job.Id;
    }
}
