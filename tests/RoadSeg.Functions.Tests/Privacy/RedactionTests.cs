using RoadSeg.Functions.Storage;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Privacy;

/// <summary>A photo that is to be redacted: what is left of it in all of storage, whichever way it came and wherever a process died. A storage of its own.</summary>
public sealed class RedactionTests : IAsyncLifetime
{
    // What the tiny model calls class-0 is red.
    private const string Hidden = "class-0";
    private static readonly (int Left, int Top, int Right, int Bottom) Area = (70, 40, 150, 120);
    private static readonly byte[] Photo = Photos.JpegWithExif(PhotoEncoder.Jpeg(Painted(), 97), ExifBlock.Sydney().ToArray());

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly StorageFixture _own = new();
    private PhotoTraces _traces = null!;
    private InProcess _worker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _own.InitializeAsync();
        _traces = new PhotoTraces(_own, Photo, Area);
        _worker = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _own.DisposeAsync();
    }

    [Theory]
    [InlineData("key")]
    [InlineData("resumable")]
    [InlineData("body")]
    [InlineData("queued body")]
    [InlineData("drop")]
    public async Task Nothing_in_all_of_storage_holds_its_bytes_or_pixels_when_the_job_has_succeeded(string way)
    {
        var job = await EndedAsync(way);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Empty(await TracesAsync());
        var done = job.Redaction!;
        Assert.Equal([Hidden], done.Classes);
        Assert.Equal((4, 0.05, ModelPin.Of(_worker.Bundled.Manifest)), (done.Margin, done.Probability, done.Model));
        Assert.InRange(done.Share, 0.2, 0.4);
        Assert.Equal(Containers.Submitted, job.Source.Container);
        Assert.Equal(("jpeg", 1, 240, 160), (job.Image!.Format, job.Image.Orientation, job.Image.Width, job.Image.Height));

        // What its file said is in the record and not in the file.
        Assert.NotNull(job.Captured?.Position);
        var kept = await ShownAsync(job);
        Assert.Equal(-1, kept.AsSpan().IndexOf("Exif"u8));
        Assert.All(Inside(Photos.Decode(kept)), level => Assert.InRange(level, 104, 152));
        Assert.Equal(job.Image.Bytes, kept.Length);
        Assert.Empty(await _own.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobsAsync(cancellationToken: Cancel).ToListAsync(Cancel));
    }

    public static TheoryData<string, string, bool> Deaths => new()
    {
        { "PUT", $"{Containers.Submitted}/ID/redacted-1", false },
        { "PUT", $"{Containers.Results}/ID/1/", false },
        { "PUT", $"{Containers.Jobs}/", false },
        { "DELETE", $"{Containers.Uploads}/ID/", true },
        { "GET", $"{Containers.Submitted}", true },
        { "DELETE", $"{Containers.Work}/ID/", true },
        { "DELETE", $"{Containers.JobsActive}/", true },
    };

    [Theory]
    [MemberData(nameof(Deaths))]
    public async Task Wherever_a_process_dies_nobody_reads_it_until_it_is_redacted_and_nothing_of_it_is_left_when_that_was_repaired(string method, string path, bool committed)
    {
        var id = await QueuedAsync();
        var dies = path.Replace("ID", $"{id}", StringComparison.Ordinal);
        var written = 0;
        _worker.Faults.Fails = (sent, to) => sent == method && to.StartsWith(dies, StringComparison.Ordinal) && (path != $"{Containers.Jobs}/" || ++written == 2);

        await Assert.ThrowsAnyAsync<Exception>(() => SegmentAsync(id));

        var held = await _worker.JobAsync(id);
        Assert.Equal(committed ? JobState.Succeeded : JobState.Running, held.State);
        Assert.Equal(committed, held.Shown is not null);
        if (committed)
            Assert.All(Inside(Photos.Decode(await ShownAsync(held))), level => Assert.InRange(level, 104, 152));
        else
            Assert.NotEmpty(await TracesAsync());

        _worker.Faults.Fails = static (_, _) => false;
        await SegmentAsync(id);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _worker.Function<JobSweep>().RunAsync(Cancel);

        var job = await _worker.JobAsync(id);
        Assert.Equal((JobState.Succeeded, committed ? 1 : 2), (job.State, job.Attempt));
        Assert.Empty(await TracesAsync());
        Assert.Equal([job.Source.Path], await NamesAsync(Containers.Submitted));
        Assert.Empty(await NamesAsync(Containers.Work));
        Assert.Empty(await NamesAsync(Containers.JobsActive));
        Assert.NotEmpty(await ShownAsync(job));
    }

    [Theory]
    [InlineData(Containers.Submitted, JobState.Expired)]
    [InlineData(Containers.Work, JobState.Succeeded)]
    [InlineData(Containers.Jobs, JobState.Succeeded)]
    public async Task A_request_that_dies_with_the_photo_in_its_hands_leaves_none_behind(string container, JobState end)
    {
        await _worker.DisposeAsync();
        _worker = await StartAsync(prepares: true);
        var written = 0;
        _worker.Faults.Fails = (method, path) => method == "PUT" && path.StartsWith(container + "/", StringComparison.Ordinal) && (container != Containers.Jobs || ++written == 2);
        await Assert.ThrowsAnyAsync<Exception>(SubmitAsync);
        _worker.Faults.Fails = static (_, _) => false;
        Assert.True(WorkId.TryParse(Assert.Single(await NamesAsync(Containers.JobsActive))[^26..], out var id));

        for (var pass = 0; pass < 2; pass++)
        {
            _time.Advance(TimeSpan.FromMinutes(6));
            await _worker.Function<JobSweep>().RunAsync(Cancel);
        }

        if (end == JobState.Succeeded)
        {
            await PreprocessAsync(JsonSerializer.Deserialize((await _worker.InQueueAsync(Queues.UploadsCreated))[0], JobJson.Default.BlobCreatedEvent)!);
            await SegmentAsync(id);
        }

        Assert.Equal(end, (await _worker.JobAsync(id)).State);
        Assert.Empty(await TracesAsync());
        Assert.Empty(await NamesAsync(Containers.Work));
        Assert.Empty(await NamesAsync(Containers.JobsActive));
    }

    [Theory]
    [InlineData("its photo cannot be decoded")]
    [InlineData("its model does not know the class")]
    [InlineData("canceled before")]
    [InlineData("canceled between")]
    [InlineData("canceled at the commit")]
    [InlineData("poisoned")]
    [InlineData("too late")]
    [InlineData("erased")]
    public async Task Of_a_job_that_ends_otherwise_nothing_of_the_photo_is_left_either(string how)
    {
        var id = how switch
        {
            "canceled before" => (await IssuedAsync()).Id,
            "its model does not know the class" => await QueuedAsync("sign-symbol"),
            _ => await QueuedAsync(),
        };
        switch (how)
        {
            case "its photo cannot be decoded":
                var source = (await _worker.JobAsync(id)).Source;
                var cut = await _worker.PutAsync(source.Path, Photo[..(Photo.Length / 2)]);
                await _worker.Others.AmendAsync(id, record => record with { Source = source with { ETag = cut.Data.ETag!.Trim('"') } }, Cancel);
                await SegmentAsync(id);
                break;
            case "canceled at the commit":
                _worker.Faults.Fails = (method, path) =>
                {
                    if (method == "PUT" && path.StartsWith($"{Containers.Results}/{id}", StringComparison.Ordinal))
                        CancelAsync(id).GetAwaiter().GetResult();
                    return false;
                };
                await SegmentAsync(id);
                break;
            case "canceled before":
                await CancelAsync(id);
                await PreprocessAsync(await _worker.PutAsync(BlobPaths.Upload(id), Photo));
                break;
            case "canceled between":
                await CancelAsync(id);
                await SegmentAsync(id);
                break;
            case "poisoned":
                await _worker.Function<FailPoisonedSegmentation>().SegmentationAsync(InProcess.Message(await _worker.SegmentationAsync()), Cancel);
                break;
            case "too late":
                _time.Advance(TimeSpan.FromDays(2));
                await _worker.Function<JobSweep>().RunAsync(Cancel);
                break;
            case "erased":
                await JobErasure.EraseAsync(_worker.Get<JobStore>(), _worker.Blobs, await _worker.JobAsync(id), _time.GetUtcNow(), Cancel);
                break;
            default:
                await SegmentAsync(id);
                break;
        }

        var job = await _worker.JobAsync(id);
        Assert.True(job.State is JobState.Failed or JobState.Canceled, $"{job.State}");
        Assert.Equal(how == "its model does not know the class", job.Failure?.Code == "redaction-unavailable");
        Assert.Null(job.Shown);
        Assert.Empty(await TracesAsync());
        foreach (var container in (string[])[Containers.Uploads, Containers.Submitted, Containers.Work, Containers.JobsActive])
            Assert.Empty(await NamesAsync(container));
    }

    [Fact]
    public async Task What_comes_to_its_address_afterwards_is_deleted_and_begins_nothing()
    {
        var id = await QueuedAsync(resumable: true);
        await SegmentAsync(id);
        var before = await _worker.JobAsync(id);

        await PreprocessAsync(await _worker.PutAsync(BlobPaths.Upload(id), Photo), "late");

        Assert.Empty(await TracesAsync());
        var after = await _worker.JobAsync(id);
        Assert.Equal((JobState.Succeeded, before.Source), (after.State, after.Source));
        Assert.NotEmpty(await ShownAsync(after));
        Assert.Single(await _worker.InQueueAsync(Queues.SegmentationJobs));
    }

    [Fact]
    public async Task A_drop_that_was_replaced_meanwhile_keeps_its_newer_version()
    {
        var older = await _worker.PutAsync("cam1/street.jpg", Photo);
        await PreprocessAsync(older);
        var id = WorkId.ForDrop(older.Container, older.Path, older.Data.ETag!);
        await SegmentAsync(id, async () => await _worker.PutAsync("cam1/street.jpg", TinyPackages.RedPhoto()));

        Assert.Equal(JobState.Failed, (await _worker.JobAsync(id)).State);
        Assert.Equal(["cam1/street.jpg"], await NamesAsync(Containers.Uploads));
        Assert.Empty(await TracesAsync());
    }

    [Fact]
    public async Task Erasing_a_redacted_drop_leaves_neither_the_photo_nor_its_name()
    {
        var job = await EndedAsync("drop");

        await JobErasure.EraseAsync(_worker.Get<JobStore>(), _worker.Blobs, job, _time.GetUtcNow(), Cancel);

        var left = await _worker.JobAsync(job.Id);
        Assert.Equal(("", null), (left.Original!.Path, left.Original.FileName));
        foreach (var container in (string[])[Containers.Uploads, Containers.Submitted, Containers.Work, Containers.Results])
            Assert.Empty(await NamesAsync(container));
    }

    // The photo of a job is read in few places: each is either the way to its redaction, or asks whether it may be shown.
    [Fact]
    public void Every_reader_of_a_jobs_photo_is_known()
    {
        string[] readers =
        [
            "functions/Batches/BatchFeed.cs",
            "functions/Jobs/JobErasure.cs",
            "functions/Jobs/JobSweep.cs",
            "functions/Privacy/PhotoRedaction.cs",
            "functions/Review/ReviewExport.cs",
            "functions/Storage/UploadReader.cs",
            "functions/Submissions/JobSubmission.cs",
            "functions/Uploads/PreprocessUpload.cs",
            "functions/Uploads/UnwantedPhoto.cs",
            "trainer/Work/RecentPhotos.cs",
        ];
        var found = new[] { "functions", "trainer" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.File(folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/Datasets/", StringComparison.Ordinal))
            .Where(file => File.ReadAllText(file) is var text
                && (text.Contains("ource.Path)", StringComparison.Ordinal) || text.Contains("ource.Path,", StringComparison.Ordinal)
                    || text.Contains("UploadReader.ReadAsync", StringComparison.Ordinal) || text.Contains("UploadReader.HoldAsync", StringComparison.Ordinal)))
            .Select(file => Path.GetRelativePath(Checkout.Root, file))
            .Order(StringComparer.Ordinal);

        Assert.Equal(readers, found);
        Assert.Contains("Shown", File.ReadAllText(Checkout.File("trainer/Work/RecentPhotos.cs")), StringComparison.Ordinal);
        Assert.Contains("job.Shown is null", File.ReadAllText(Checkout.File("functions/Review/ReviewExport.cs")), StringComparison.Ordinal);
    }

    private Task<InProcess> StartAsync(bool atOnce = false, bool prepares = false) => InProcess.StartAsync(
        _own, atOnce ? null : _time, null,
        ("ROADSEG_PRIVACY", "redact"), ("ROADSEG_REDACT", Hidden),
        ("AzureWebJobs_PreprocessUpload_Disabled", atOnce || prepares ? "0" : "1"), ("AzureWebJobs_SegmentImage_Disabled", atOnce ? "0" : "1"));

    private async Task<JobRecord> EndedAsync(string way)
    {
        if (way == "body")
        {
            await _worker.DisposeAsync();
            _worker = await StartAsync(atOnce: true);
            var sent = await SubmitAsync();
            return await Eventually.GetAsync(async () => await _worker.JobAsync(sent) is var job && job.State.IsTerminal() && (await NamesAsync(Containers.JobsActive)).Count == 0 ? job : null, "the end of the job");
        }

        WorkId id;
        if (way == "queued body")
        {
            id = await SubmitAsync();
            await PreprocessAsync(JsonSerializer.Deserialize(Assert.Single(await _worker.InQueueAsync(Queues.UploadsCreated)), JobJson.Default.BlobCreatedEvent)!);
        }
        else if (way == "drop")
        {
            var drop = await _worker.PutAsync("cam1/street.jpg", Photo);
            id = WorkId.ForDrop(drop.Container, drop.Path, drop.Data.ETag!);
            await PreprocessAsync(drop);
        }
        else
        {
            id = await QueuedAsync(resumable: way == "resumable");
        }

        Assert.NotEmpty(await TracesAsync());
        await SegmentAsync(id);
        return await _worker.JobAsync(id);
    }

    private async Task<WorkId> SubmitAsync()
    {
        using var body = new MemoryStream(Photo);
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", "image/jpeg", Photo.Length, body);
        return (await _worker.Get<JobSubmission>().SubmitAsync(request, Callers.Local, WorkLane.Interactive, null, Cancel)).Value.Id;
    }

    // By the store of the worker, which knows what its deployment demands.
    private async Task<JobRecord> IssuedAsync(string? redact = null, bool resumable = false)
    {
        var (id, now) = (WorkId.New(_time), _time.GetUtcNow());
        var record = new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, "mine.jpg"),
            Upload = new JobUpload(now.AddMinutes(5), resumable),
            Times = new JobTimes { CreatedAt = now },
            Privacy = redact is null ? null : JobPrivacy.Redact,
            Redact = redact is null ? null : [redact],
        };
        return (await _worker.Get<JobStore>().CreateAsync(record, Cancel)).Document!.Value;
    }

    private async Task<WorkId> QueuedAsync(string? redact = null, bool resumable = false)
    {
        var job = await IssuedAsync(redact, resumable);
        Assert.Equal(JobPrivacy.Redact, job.Privacy);
        await PreprocessAsync(await _worker.PutAsync(job.Source.Path, Photo));
        return job.Id;
    }

    private Task PreprocessAsync(BlobCreatedEvent created, string message = "m1") => _worker.Function<PreprocessUpload>().InteractiveAsync(InProcess.Message(created, message), Cancel);

    private async Task SegmentAsync(WorkId id, Func<Task>? before = null)
    {
        var job = await _worker.JobAsync(id);
        if (before is not null)
            await before();
        await _worker.Function<SegmentImage>().RunAsync(InProcess.Message(SegmentationMessage.Of(job, null)), Cancel);
    }

    private Task<Change<JobRecord>> CancelAsync(WorkId id) => _worker.Others.TryMoveAsync(id, JobState.Canceled, static record => record, Cancel);

    private Task<IReadOnlyList<string>> TracesAsync() => _traces.FindAsync(_worker.Bundled.Manifest.Preprocess.InputSize(240, 160));

    private async Task<List<string>> NamesAsync(string container) =>
        await _own.Blobs.GetBlobContainerClient(container).GetBlobsAsync(cancellationToken: Cancel).Select(blob => blob.Name).ToListAsync(Cancel);

    private async Task<byte[]> ShownAsync(JobRecord job) => await UploadReader.ReadShownAsync(_own.Blobs, job, new ImageLimits(), Cancel);

    private static IEnumerable<byte> Inside(RgbImage photo) =>
        from y in Enumerable.Range(Area.Top, Area.Bottom - Area.Top)
        from x in Enumerable.Range(3 * Area.Left, 3 * (Area.Right - Area.Left))
        select photo.Pixels[(3 * y * photo.Width) + x];

    // Green noise, and an area of red noise in it.
    private static RgbImage Painted()
    {
        var photo = TinyModels.Noise(240, 160, seed: 5);
        for (var y = 0; y < photo.Height; y++)
        {
            for (var x = 0; x < photo.Width; x++)
            {
                var pixel = photo.Pixels.AsSpan(3 * ((y * photo.Width) + x), 3);
                var red = x >= Area.Left && x < Area.Right && y >= Area.Top && y < Area.Bottom;
                for (var c = 0; c < 3; c++)
                    pixel[c] = (byte)((c == (red ? 0 : 1) ? 200 : 0) + (pixel[c] / 5));
            }
        }

        return photo;
    }
}
