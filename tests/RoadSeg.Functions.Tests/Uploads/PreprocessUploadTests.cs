using RoadSeg.Functions.Storage;
using System.Text;
using System.Text.Json;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>From a photo in storage to a job in its line, with all that comes in between.</summary>
public sealed class PreprocessUploadTests(StorageFixture storage) : IAsyncLifetime
{
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _worker = await InProcess.StartAsync(storage, null, null, ("ROADSEG_MAX_BYTES", "1000000"));

    public ValueTask DisposeAsync() => _worker.DisposeAsync();

    [Fact]
    public async Task A_photo_becomes_a_model_input_and_a_job_in_its_line()
    {
        var job = await _worker.IssuedAsync();
        var photo = TinyPackages.RedPhoto(80, 60);

        await RunAsync(await _worker.PutAsync(job.Source.Path, photo));

        var queued = await _worker.JobAsync(job.Id);
        Assert.Equal(JobState.Queued, queued.State);
        Assert.Equal(new JobImage("png", 80, 60, 1, photo.Length), queued.Image);
        Assert.Equal((new JobInput(32, 32), ModelPin.Of(_worker.Bundled.Manifest), 1L), (queued.Input, queued.Pin, queued.Ticket));
        Assert.True(queued.Stages is { Read: >= 0, Decode: >= 0, Store: >= 0 });
        var message = await _worker.SegmentationAsync();
        Assert.Equal((job.Id, 1L), (message.JobId, message.Ticket));
        var input = (await storage.Blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(job.Id, queued.InputFile)).DownloadContentAsync(Cancel)).Value.Content.ToArray();
        Assert.Equal((3 * 32 * 32, (200, 0, 0)), (input.Length, (input[0], input[1], input[2])));
    }

    [Theory]
    [InlineData(WorkLane.Interactive)]
    [InlineData(WorkLane.Bulk)]
    public async Task A_job_of_a_resumable_key_is_about_what_lies_there_when_it_begins_and_keeps_it_whatever_comes_later(WorkLane lane)
    {
        var job = await _worker.IssuedAsync(lane, resumable: true);
        var first = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto(80, 60));
        var again = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto(90, 60));

        await InLaneAsync(first, "m1");
        var late = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto(100, 60));
        await InLaneAsync(again, "m2");
        await InLaneAsync(late, "m3");

        var queued = await _worker.JobAsync(job.Id);
        Assert.Equal((JobState.Queued, 90), (queued.State, queued.Image!.Width));
        var kept = await UploadReader.ReadAsync(storage.Blobs, queued.Source, new ImageLimits(), Cancel);
        Assert.Equal(90, ImageProbe.Read(kept, new ImageLimits()).Width);

        Task InLaneAsync(BlobCreatedEvent created, string message) =>
            lane == WorkLane.Bulk ? _worker.Function<PreprocessUpload>().BulkAsync(InProcess.Message(created, message), Cancel) : RunAsync(created, message);
    }

    [Fact]
    public async Task A_heavy_photo_of_a_resumable_key_stays_the_one_that_was_looked_at_first_when_it_is_sent_to_the_bulk_lane()
    {
        var job = await _worker.IssuedAsync(resumable: true);
        var heavy = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto(8000, 4000));
        await RunAsync(heavy, "m1");
        var other = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto(60, 40));

        await _worker.Function<PreprocessUpload>().BulkAsync(InProcess.Message(heavy, "m2"), Cancel);
        await RunAsync(other, "m3");

        Assert.Equal((JobState.Queued, 8000), (await _worker.JobAsync(job.Id)) is var queued ? (queued.State, queued.Image!.Width) : default);
    }

    [Fact]
    public async Task What_a_resumable_key_let_in_that_is_too_large_goes_with_its_snapshot()
    {
        var job = await _worker.IssuedAsync(resumable: true);

        await RunAsync(await _worker.PutAsync(job.Source.Path, new byte[1_000_001]));

        Assert.Equal("image-too-many-bytes", (await _worker.JobAsync(job.Id)).Failure!.Code);
        Assert.False(await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(job.Source.Path).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_photo_of_a_resumable_key_that_is_gone_fails_its_job()
    {
        var job = await _worker.IssuedAsync(resumable: true);
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        await storage.Blobs.GetBlobContainerClient(Containers.Uploads).DeleteBlobAsync(job.Source.Path, cancellationToken: Cancel);

        await RunAsync(created);

        Assert.Equal("upload-missing", (await _worker.JobAsync(job.Id)).Failure!.Code);
    }

    [Fact]
    public async Task Many_photos_that_cannot_be_read_leave_every_place_to_decode_free()
    {
        // As large as a photo in the interactive line may be, and larger.
        var (large, huge) = (Broken(TinyPackages.RedPhoto(5000, 4000)), Broken(TinyPackages.RedPhoto(8000, 4000)));
        for (var i = 0; i < 12; i++)
        {
            var broken = await _worker.PutAsync($"{Guid.NewGuid()}/broken.png", i < 8 ? large : huge);
            await (i < 8 ? RunAsync(broken, $"m{i}") : _worker.Function<PreprocessUpload>().BulkAsync(InProcess.Message(broken, $"m{i}"), Cancel)).WaitAsync(TimeSpan.FromMinutes(2), Cancel);
            var failed = await _worker.JobAsync(Drop(broken));
            Assert.Equal((JobState.Failed, "image-corrupt"), (failed.State, failed.Failure!.Code));
        }

        var gone = await _worker.PutAsync($"{Guid.NewGuid()}/gone.png", large);
        await storage.Blobs.GetBlobContainerClient(Containers.Uploads).DeleteBlobAsync(gone.Path, cancellationToken: Cancel);
        for (var i = 0; i < 4; i++)
            await RunAsync(gone with { Data = gone.Data with { ETag = $"0x{i}" } }, $"g{i}").WaitAsync(TimeSpan.FromMinutes(2), Cancel);

        var good = Enumerable.Range(0, 3).Select(async i =>
        {
            var drop = await _worker.PutAsync($"{Guid.NewGuid()}/good.png", TinyPackages.RedPhoto());
            await RunAsync(drop, $"good{i}").WaitAsync(TimeSpan.FromMinutes(1), Cancel);
            return (await _worker.JobAsync(Drop(drop))).State;
        });
        Assert.All(await Task.WhenAll(good), state => Assert.Equal(JobState.Queued, state));

        var bulk = await _worker.PutAsync($"{Guid.NewGuid()}/good.png", TinyPackages.RedPhoto());
        await _worker.Function<PreprocessUpload>().BulkAsync(InProcess.Message(bulk, "bulk"), Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal(JobState.Queued, (await _worker.JobAsync(Drop(bulk))).State);
    }

    [Fact]
    public async Task What_died_when_its_job_was_queued_sends_the_message_it_owes_and_makes_nothing_anew()
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        await RunAsync(created);
        await _worker.Queues.GetQueueClient(Queues.SegmentationJobs).ClearMessagesAsync(Cancel);
        _worker.Faults.Fails = static (_, path) => path.StartsWith(Containers.Work + "/", StringComparison.Ordinal);

        await RunAsync(created);

        Assert.Equal(job.Id, (await _worker.SegmentationAsync()).JobId);

        // Another message about the photo owes nothing.
        await _worker.Queues.GetQueueClient(Queues.SegmentationJobs).ClearMessagesAsync(Cancel);
        await RunAsync(created, "m2");
        Assert.Empty(await _worker.InQueueAsync(Queues.SegmentationJobs));
    }

    [Fact]
    public async Task Where_storage_fails_the_same_message_delivered_again_goes_on()
    {
        var job = await _worker.IssuedAsync(WorkLane.Bulk);
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        _worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Work + "/", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => BulkAsync("m1"));
        var held = await _worker.JobAsync(job.Id);
        Assert.Equal((JobState.Received, "m1"), (held.State, held.Owner!.MessageId));
        Assert.Empty(await _worker.InQueueAsync(Queues.SegmentationBulk));

        _worker.Faults.Fails = static (_, _) => false;
        await BulkAsync("m2");
        Assert.Equal(JobState.Received, (await _worker.JobAsync(job.Id)).State);
        await BulkAsync("m1");

        Assert.Equal(JobState.Queued, (await _worker.JobAsync(job.Id)).State);
        Assert.Equal(job.Id, (await _worker.SegmentationAsync(WorkLane.Bulk)).JobId);

        Task BulkAsync(string message) => _worker.Function<PreprocessUpload>().BulkAsync(InProcess.Message(created, message), Cancel);
    }

    [Fact]
    public async Task An_interactive_photo_that_failed_on_the_way_is_prepared_by_whichever_message_comes_and_once()
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        _worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Work + "/", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(created));
        Assert.Equal((JobState.AwaitingUpload, null), ((await _worker.JobAsync(job.Id)).State, (await _worker.JobAsync(job.Id)).Owner));

        _worker.Faults.Fails = static (_, _) => false;
        await Task.WhenAll(RunAsync(created), RunAsync(created, "m2"), RunAsync(created, "m3"));

        var queued = await _worker.JobAsync(job.Id);
        Assert.Equal((JobState.Queued, created.Data.ETag!.Trim('"')), (queued.State, queued.Source.ETag));
        Assert.True(queued.Times.ReceivedAt <= queued.Times.QueuedAt);
        Assert.Equal(queued.InputFile, (await _worker.SegmentationAsync()).Input);
    }

    [Theory]
    [InlineData("canceled")]
    [InlineData("another message's")]
    public async Task A_job_that_was_taken_away_meanwhile_is_not_queued(string how)
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        _worker.Faults.Fails = (method, path) =>
        {
            if (method == "PUT" && path.StartsWith(Containers.Work + "/", StringComparison.Ordinal))
            {
                (how == "canceled"
                    ? _worker.Others.TryMoveAsync(job.Id, JobState.Canceled, record => record, Cancel)
                    : _worker.Others.TryMoveAsync(job.Id, JobState.Received, record => record with { Owner = new WorkOwner("m2", _worker.Time.GetUtcNow()) }, Cancel)).GetAwaiter().GetResult();
            }

            return false;
        };

        await RunAsync(created);

        Assert.Equal(how == "canceled" ? JobState.Canceled : JobState.Received, (await _worker.JobAsync(job.Id)).State);
        Assert.Empty(await _worker.InQueueAsync(Queues.SegmentationJobs));
    }

    [Fact]
    public async Task The_event_of_a_bulk_job_is_sent_on_as_it_is_and_prepared_in_its_own_line()
    {
        var job = await _worker.IssuedAsync(WorkLane.Bulk);
        var message = InProcess.Message(await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto()));

        await _worker.Function<PreprocessUpload>().InteractiveAsync(message, Cancel);

        Assert.Equal(message.Body.ToArray(), Assert.Single(await _worker.InQueueAsync(Queues.UploadsBulk)));
        Assert.Equal(JobState.AwaitingUpload, (await _worker.JobAsync(job.Id)).State);

        await _worker.Function<PreprocessUpload>().BulkAsync(message, Cancel);
        Assert.Equal(JobState.Queued, (await _worker.JobAsync(job.Id)).State);
        Assert.Equal(job.Id, (await _worker.SegmentationAsync(WorkLane.Bulk)).JobId);
        Assert.Empty(await _worker.InQueueAsync(Queues.SegmentationJobs));

        // The same message once more, in the interactive line: its job has begun.
        await _worker.Function<PreprocessUpload>().InteractiveAsync(message, Cancel);
        Assert.Single(await _worker.InQueueAsync(Queues.UploadsBulk));
    }

    [Theory]
    [InlineData(JobState.Canceled)]
    [InlineData(JobState.Expired)]
    public async Task A_photo_that_comes_when_its_job_has_ended_without_it_is_deleted(JobState end)
    {
        var job = await _worker.IssuedAsync();
        await _worker.Others.TryMoveAsync(job.Id, end, record => record, Cancel);

        await RunAsync(await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto()));

        Assert.False(await ExistsAsync(job.Source.Path));
        Assert.Equal(end, (await _worker.JobAsync(job.Id)).State);
    }

    [Fact]
    public async Task The_photo_of_a_job_that_goes_on_stays_whatever_comes_about_it()
    {
        var job = await _worker.IssuedAsync();
        var created = await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto());
        await RunAsync(created);
        await RunAsync(created, "m2");
        Assert.True(await ExistsAsync(job.Source.Path));
    }

    [Fact]
    public async Task A_photo_of_too_many_bytes_goes_where_an_upload_key_let_it_in_and_stays_where_its_owner_dropped_it()
    {
        var large = new byte[1_000_001];
        var job = await _worker.IssuedAsync();
        await RunAsync(await _worker.PutAsync(job.Source.Path, large));
        var drop = await _worker.PutAsync($"{Guid.NewGuid()}/large.png", large);
        await RunAsync(drop, "m2");

        foreach (var id in (WorkId[])[job.Id, Drop(drop)])
            Assert.Equal((JobState.Failed, "image-too-many-bytes"), ((await _worker.JobAsync(id)).State, (await _worker.JobAsync(id)).Failure!.Code));
        Assert.False(await ExistsAsync(job.Source.Path));
        Assert.True(await ExistsAsync(drop.Path));
    }

    [Fact]
    public async Task The_photo_is_the_version_that_the_event_is_about()
    {
        var first = await _worker.PutAsync($"{Guid.NewGuid()}/photo.png", TinyPackages.RedPhoto());
        var second = await _worker.PutAsync(first.Path, TinyPackages.RedPhoto(64, 64));

        await RunAsync(first);
        await RunAsync(second, "m2");

        var (late, now) = (await _worker.JobAsync(Drop(first)), await _worker.JobAsync(Drop(second)));
        Assert.Equal((JobState.Failed, "upload-missing"), (late.State, late.Failure!.Code));
        Assert.Contains("replaced", late.Failure.Message, StringComparison.Ordinal);
        Assert.Equal((JobState.Queued, 64), (now.State, now.Image!.Width));
    }

    [Theory]
    [InlineData("a/../b.png")]
    [InlineData("./a.png")]
    public async Task A_name_that_storage_would_read_as_another_is_refused(string path)
    {
        var drop = BlobCreatedEvent.For(Containers.Uploads, path, Guid.NewGuid().ToString("N"), 1);

        await RunAsync(drop);

        Assert.Equal("upload-name-invalid", (await _worker.JobAsync(Drop(drop))).Failure!.Code);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData(null)]
    public async Task A_message_about_no_photo_makes_no_job(string? body)
    {
        var created = BlobCreatedEvent.For(Containers.Results, $"{Guid.NewGuid()}/image", "0x1", 1);
        var bytes = body is null ? JsonSerializer.SerializeToUtf8Bytes(created, JobJson.Default.BlobCreatedEvent) : Encoding.UTF8.GetBytes(body);

        await _worker.Function<PreprocessUpload>().InteractiveAsync(Messages.Of(bytes, "m1"), Cancel);
        await _worker.Function<FailPoisonedUpload>().UploadAsync(Messages.Of(bytes, "m1"), Cancel);

        Assert.Null(await _worker.Others.FindAsync(Drop(created), Cancel));
        Assert.Empty(await _worker.InQueueAsync(Queues.SegmentationJobs));
    }

    [Fact]
    public async Task An_event_that_failed_as_often_as_it_may_fails_its_job_also_where_there_was_none_yet_and_no_job_that_went_on()
    {
        var drop = await _worker.PutAsync($"{Guid.NewGuid()}/photo.png", TinyPackages.RedPhoto());
        await _worker.Function<FailPoisonedUpload>().UploadAsync(InProcess.Message(drop, "p1"), Cancel);
        var failed = await _worker.JobAsync(Drop(drop));
        Assert.Equal((JobState.Failed, "attempts-exhausted", true), (failed.State, failed.Failure!.Code, failed.Failure.Retryable));

        // Owned by the message that the poisoned one was.
        var owned = await _worker.IssuedAsync(WorkLane.Bulk);
        var created = await _worker.PutAsync(owned.Source.Path, TinyPackages.RedPhoto());
        await _worker.Function<UploadClaimProbe>().TakeAsync(created, "m1");
        await _worker.Function<FailPoisonedUpload>().UploadBulkAsync(InProcess.Message(created, "p2"), Cancel);
        Assert.Equal(JobState.Failed, (await _worker.JobAsync(owned.Id)).State);

        var good = await _worker.IssuedAsync();
        created = await _worker.PutAsync(good.Source.Path, TinyPackages.RedPhoto());
        await RunAsync(created);
        await _worker.Function<FailPoisonedUpload>().UploadAsync(InProcess.Message(created, "p3"), Cancel);
        Assert.Equal(JobState.Queued, (await _worker.JobAsync(good.Id)).State);
    }

    [Fact]
    public async Task A_job_for_a_model_that_is_gone_fails_and_says_so()
    {
        var job = await _worker.IssuedAsync(model: "no-such-model");

        await RunAsync(await _worker.PutAsync(job.Source.Path, TinyPackages.RedPhoto()));

        Assert.Equal("model-not-found", (await _worker.JobAsync(job.Id)).Failure!.Code);
    }

    private Task RunAsync(BlobCreatedEvent created, string message = "m1") => _worker.Function<PreprocessUpload>().InteractiveAsync(InProcess.Message(created, message), Cancel);

    private async Task<bool> ExistsAsync(string path) => await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).ExistsAsync(Cancel);

    private static WorkId Drop(BlobCreatedEvent created) => WorkId.ForDrop(created.Container, created.Path, created.Data.ETag!);

    // Its header is whole, its picture is not.
    private static byte[] Broken(byte[] png)
    {
        png.AsSpan(png.Length / 2).Clear();
        return png;
    }

    /// <summary>Takes a job as a delivery does that dies right after.</summary>
    internal sealed class UploadClaimProbe(UploadClaim claim)
    {
        public Task TakeAsync(BlobCreatedEvent created, string message) => claim.TakeAsync(created, InProcess.Message(created, message), WorkLane.Interactive, owned: true, Cancel);
    }
}
