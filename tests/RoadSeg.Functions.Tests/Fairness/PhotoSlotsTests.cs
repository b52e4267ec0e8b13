using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using NetVips;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Fairness;

/// <summary>Whose photo is in memory when.</summary>
public sealed class PhotoSlotsTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly PhotoSlots _turns = new();
    private readonly ConcurrentDictionary<string, Task> _reads = new();
    private readonly ConcurrentBag<string> _slow = [];
    private readonly JobStore _jobs = new(storage.Blobs, storage.Queues, TimeProvider.System);
    private ModelPool _pool = null!;
    private LiveModel _live = null!;
    private BulkPace _pace = null!;
    private PreprocessUpload _preprocess = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        VipsLibrary.Initialize();
        var time = TimeProvider.System;
        var bundled = TinyPackages.Write(_folder["bundled"], "turns-" + Guid.NewGuid().ToString("N")[..8], 0);
        var options = new ModelOptions { Folder = bundled.Folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = _folder["cache"] };
        var registry = new ModelRegistry(storage.Blobs, time);
        _pool = new ModelPool(options, registry, time, NullLogger<ModelPool>.Instance);
        _live = new LiveModel(_pool, registry, options, time, NullLogger<LiveModel>.Instance);
        await _live.StartAsync(Cancel);
        var gauge = new QueueGauge(storage.Queues, time);
        var claim = new UploadClaim(_jobs, new Admission(storage.Blobs, gauge, new WorkOptions { InteractiveJobs = 1_000_000 }, time), time, NullLogger<UploadClaim>.Instance);
        _pace = new BulkPace(_jobs, time);
        var switches = new FunctionSwitches(Preprocess: true, Segment: false);
        var gated = new BlobClientOptions();
        gated.AddPolicy(new SlowReads(_reads, _slow), HttpPipelinePosition.PerCall);
        _preprocess = new PreprocessUpload(
            new BlobServiceClient(storage.ConnectionString, gated), storage.Queues, _jobs, claim, _pace, _turns,
            new PhotoPreparation(storage.Blobs, _turns, switches, new DetailOptions(9)),
            new SegmentAtOnce(storage.Queues, null!, _live, new ModelLane(), gauge, switches, TimeProvider.System, NullLogger<SegmentAtOnce>.Instance), gauge,
            new ModelCatalogue(_live, _pool, registry, NullLogger<ModelCatalogue>.Instance), new ImageLimits(), time,
            NullLogger<PreprocessUpload>.Instance);
        await _live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _live.StopAsync(Cancel);
        _live.Dispose();
        _pool.Dispose();
        _pace.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_photo_is_prepared_while_pictures_of_results_and_work_in_the_background_have_all_of_their_turns()
    {
        // The fault: overlays, the backlog and photos that somebody waits for shared two turns of the process.
        using var heavy = await _turns.RenderAsync("another", long.MaxValue, heavy: true, Cancel);
        using var render = await _turns.RenderAsync("another", long.MaxValue, heavy: false, Cancel);
        using var files = await _turns.BulkFiles.EnterAsync("another", long.MaxValue, Cancel);

        var id = await PreparedAsync(Checkout.File("tests/fixtures/grey.jpg"), WorkLane.Interactive);

        Assert.Equal(JobState.Queued, (await RecordAsync(id)).State);
    }

    [Theory]
    [InlineData(WorkLane.Interactive)]
    [InlineData(WorkLane.Bulk)]
    public async Task A_photo_waits_for_its_turn_to_be_read_and_to_be_decoded(WorkLane line)
    {
        var files = line == WorkLane.Bulk ? _turns.BulkFiles : _turns.Files;
        var room = files.Free;
        var reading = await files.EnterAsync("another", long.MaxValue, Cancel);
        var decoding = line == WorkLane.Bulk
            ? await _turns.WorkAsync("another", long.MaxValue, Cancel)
            : await _turns.DecodeAsync("another", new ImageHeader(ImageFormat.Png, 30_000, 30_000, 1, 1, 4, 16, true, ColorModel.Rgb), Cancel);
        var (id, message) = await DroppedAsync(await File.ReadAllBytesAsync(Checkout.File("tests/fixtures/grey.jpg"), Cancel));
        var prepared = RunAsync(message, line);

        // It has its job before it waits.
        await Eventually.GetAsync(() => _jobs.FindAsync(id, Cancel), "its job");
        Assert.False(prepared.IsCompleted);
        reading.Dispose();
        await Eventually.TrueAsync(() => files.Free != room, "its turn to be read");
        Assert.False(prepared.IsCompleted);
        decoding.Dispose();
        await prepared;

        Assert.Equal(JobState.Queued, (await RecordAsync(id)).State);
        Assert.Equal(room, files.Free);
    }

    [Theory]
    [InlineData("many pixels")]
    [InlineData("few pixels of many bytes")]
    [InlineData("a large file")]
    public async Task A_heavy_photo_leaves_the_interactive_line_and_is_prepared_in_the_other(string kind)
    {
        // The fault: twenty photos of 100 megapixels kept another caller's waiting for more than a minute. And just as many bytes in 16 bits with an alpha
        // channel, or in a file of 60 MB, went for light.
        var wide = Path.Combine(_folder.Path, "wide.png");
        await File.WriteAllBytesAsync(wide, kind switch
        {
            "many pixels" => PhotoEncoder.Png(new RgbImage(6000, 4200, new byte[3 * 6000 * 4200])),
            "few pixels of many bytes" => Deep(4000, 2400),
            _ => [.. PhotoEncoder.Png(new RgbImage(40, 30, new byte[3 * 40 * 30])), .. new byte[PhotoSlots.HeavyFile]],
        }, Cancel);

        var id = await PreparedAsync(wide, WorkLane.Interactive);

        var sent = await RecordAsync(id);
        Assert.Equal((JobState.Received, WorkLane.Bulk, null), (sent.State, sent.Lane, sent.Owner));
        var found = await TakeAsync(Queues.UploadsBulk, id);
        await _preprocess.BulkAsync(Messages.Of(found.Body.ToArray(), "in-bulk"), Cancel);
        Assert.Equal((JobState.Queued, WorkLane.Bulk), ((await RecordAsync(id)).State, (await RecordAsync(id)).Lane));
    }

    [Fact]
    public async Task Photos_that_come_slowly_from_storage_keep_no_other_waiting()
    {
        // The fault: turns were held while storage was read, so that two slow reads stopped the line.
        var slow = new TaskCompletionSource();
        var before = _slow.Count;
        var waiting = new List<(WorkId Id, Task Done)>();
        for (var i = 0; i < 8; i++)
        {
            var (id, message) = await DroppedAsync(await File.ReadAllBytesAsync(Checkout.File("tests/fixtures/grey.jpg"), Cancel), "slow", slow.Task);
            waiting.Add((id, RunAsync(message, WorkLane.Interactive)));
        }

        await Eventually.TrueAsync(() => _slow.Count >= before + waiting.Count, "slow reads");

        Assert.Equal(JobState.Queued, (await RecordAsync(await PreparedAsync(Checkout.File("tests/fixtures/grey.jpg"), WorkLane.Interactive))).State);
        Assert.All(waiting, photo => Assert.False(photo.Done.IsCompleted));
        slow.SetResult();
        foreach (var (id, done) in waiting)
        {
            await done;
            Assert.Equal(JobState.Queued, (await RecordAsync(id)).State);
        }
    }

    [Theory]
    [InlineData(WorkLane.Interactive)]
    [InlineData(WorkLane.Bulk)]
    public async Task Photos_that_cannot_be_decoded_give_their_turns_back(WorkLane line)
    {
        var room = (_turns.Files.Free, _turns.BulkFiles.Free);
        var corrupt = (await File.ReadAllBytesAsync(Checkout.File("tests/fixtures/grey.jpg"), Cancel))[..^400];
        for (var i = 0; i < 5; i++)
        {
            var (id, message) = await DroppedAsync(corrupt);
            await RunAsync(message, line);
            Assert.Equal((JobState.Failed, "image-corrupt"), ((await RecordAsync(id)).State, (await RecordAsync(id)).Failure?.Code));
        }

        using var all = await _turns.DecodeAsync("another", new ImageHeader(ImageFormat.Png, 30_000, 30_000, 1, 1, 4, 16, true, ColorModel.Rgb), Cancel);
        using var work = await _turns.WorkAsync("another", long.MaxValue, Cancel);
        Assert.Equal(room, (_turns.Files.Free, _turns.BulkFiles.Free));
    }

    private static byte[] Deep(int width, int height)
    {
        using var black = Image.Black(width, height, 4);
        using var deep = black.Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);
        return deep.PngsaveBuffer(compression: 1);
    }

    private async Task<WorkId> PreparedAsync(string photo, WorkLane line)
    {
        var (id, message) = await DroppedAsync(await File.ReadAllBytesAsync(photo, Cancel));
        await RunAsync(message, line);
        return id;
    }

    private Task RunAsync(QueueMessage message, WorkLane line) => line == WorkLane.Bulk ? _preprocess.BulkAsync(message, Cancel) : _preprocess.InteractiveAsync(message, Cancel);

    private async Task<(WorkId Id, QueueMessage Message)> DroppedAsync(byte[] photo, string name = "photo", Task? until = null)
    {
        var path = $"tests/{Guid.NewGuid()}/{name}";
        if (until is not null)
            _reads[path] = until;
        var etag = (await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(photo), Cancel)).Value.ETag.ToString();
        var created = BlobCreatedEvent.For(Containers.Uploads, path, etag, photo.Length);
        var body = JsonSerializer.SerializeToUtf8Bytes(created, JobJson.Default.BlobCreatedEvent);
        return (WorkId.ForDrop(Containers.Uploads, path, etag), Messages.Of(body, Guid.NewGuid().ToString()));
    }

    private async Task<JobRecord> RecordAsync(WorkId id) => (await _jobs.FindAsync(id, Cancel))!.Value;

    private async Task<QueueMessage> TakeAsync(string queue, WorkId id)
    {
        var source = (await RecordAsync(id)).Source;
        foreach (var message in (await storage.Queues.GetQueueClient(queue).ReceiveMessagesAsync(32, TimeSpan.FromSeconds(1), Cancel)).Value)
        {
            if (BlobCreatedEvent.TryParse(message.Body)?.Path == source.Path)
                return message;
        }

        throw new InvalidOperationException($"No message about {source.Path} lies in {queue}.");
    }

    /// <summary>Storage that keeps the reader of some blobs waiting.</summary>
    private sealed class SlowReads(ConcurrentDictionary<string, Task> reads, ConcurrentBag<string> seen) : HttpPipelinePolicy
    {
        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Method == RequestMethod.Get && reads.FirstOrDefault(read => message.Request.Uri.Path.EndsWith(read.Key, StringComparison.Ordinal)) is { Value: { } until } read)
            {
                seen.Add(read.Key);
                await until.WaitAsync(message.CancellationToken);
            }

            await ProcessNextAsync(message, pipeline);
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
