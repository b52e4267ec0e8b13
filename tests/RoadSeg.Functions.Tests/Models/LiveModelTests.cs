using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>Which version a process serves when the one that should cannot be had.</summary>
public sealed class LiveModelTests(StorageFixture storage) : IDisposable
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _name = "live-" + Guid.NewGuid().ToString("N")[..8];
    private readonly TempFolder _folder = new();
    private readonly List<IDisposable> _parts = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelRegistry Registry => new(storage.Blobs, _clock);

    public void Dispose()
    {
        foreach (var part in Enumerable.Reverse(_parts))
            part.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Where_what_shipped_is_broken_nothing_serves_and_whoever_asks_is_told_why()
    {
        var live = await StartedAsync(TinyPackages.WriteTruncated(_folder["bundled"], _name, 0).Folder);
        await TroubleAsync(live);

        File.Delete(Path.Combine(_folder["bundled"], "model.onnx"));
        var missing = await StartedAsync(_folder["bundled"]);
        Assert.Equal(ErrorCodes.ModelInvalid, (await TroubleAsync(missing)).Code);
        Assert.Equal(ErrorCodes.ModelInvalid, (await Assert.ThrowsAsync<RoadSegException>(() => missing.UseAsync(null, Cancel))).Code);
        Assert.True(await missing.CanServeAsync(Cancel));
        Assert.Null(missing.Serving);
    }

    [Fact]
    public async Task A_version_that_was_refused_is_tried_again_after_five_minutes_and_not_before()
    {
        var bundled = TinyPackages.Write(_folder["bundled"], _name, 0);
        var good = await PublishedAsync(TinyPackages.Write(_folder["v1"], _name, 1));
        await Registry.PromoteAsync(_name, good.Version, "test", Cancel);
        var file = storage.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelFile(_name, good.Version, "model.onnx"));
        var graph = (await file.DownloadContentAsync(Cancel)).Value.Content;
        await file.UploadAsync(BinaryData.FromString("damaged"), overwrite: true, Cancel);

        var live = await StartedAsync(bundled.Folder);
        await UntilAsync(live, () => live.Notice?.Contains(good.Version, StringComparison.Ordinal) == true, TimeSpan.Zero);
        Assert.Equal(bundled.Manifest.Version, live.Serving!.Version);

        await file.UploadAsync(graph, overwrite: true, Cancel);
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromMinutes(4); passed += TimeSpan.FromSeconds(10))
        {
            // Each step leaves it the time for a look that it should not take.
            _clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(10, Cancel);
        }

        Assert.Equal(bundled.Manifest.Version, live.Serving!.Version);
        await UntilAsync(live, () => live.Serving == good, TimeSpan.FromSeconds(10));
        await UntilAsync(live, () => live.Notice is null, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task While_the_registry_cannot_be_read_what_shipped_serves_and_says_so_and_the_live_version_comes_with_it()
    {
        var bundled = TinyPackages.Write(_folder["bundled"], _name, 0);
        var good = await PublishedAsync(TinyPackages.Write(_folder["v1"], _name, 1));
        await Registry.PromoteAsync(_name, good.Version, "test", Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        faults.Fails = static (_, _) => true;

        var live = await StartedAsync(bundled.Folder, blobs);
        await UntilAsync(live, () => live.Serving is not null, TimeSpan.Zero);
        Assert.Equal(bundled.Manifest.Version, live.Serving!.Version);
        await UntilAsync(live, () => live.Notice?.Contains("registry cannot be read", StringComparison.Ordinal) == true, TimeSpan.Zero);

        faults.Fails = static (_, _) => false;
        await UntilAsync(live, () => live.Serving == good && live.Notice is null, TimeSpan.FromSeconds(10));

        // Gone again: what serves goes on.
        faults.Fails = static (_, _) => true;
        await UntilAsync(live, () => live.Notice is not null, TimeSpan.FromSeconds(10));
        Assert.Equal(good, live.Serving);
    }

    [Fact]
    public async Task A_process_that_starts_with_a_broken_version_live_serves_the_one_before_it_and_not_what_shipped()
    {
        var bundled = TinyPackages.Write(_folder["bundled"], _name, 0);
        var good = await PublishedAsync(TinyPackages.Write(_folder["v1"], _name, 1));
        var broken = await PublishedAsync(TinyPackages.WriteTruncated(_folder["v2"], _name, 2));
        await Registry.PromoteAsync(_name, good.Version, "test", Cancel);
        await Registry.PromoteAsync(_name, broken.Version, "test", Cancel);

        var live = await StartedAsync(bundled.Folder);
        await UntilAsync(live, () => live.Notice is not null && live.Serving is not null, TimeSpan.Zero);

        Assert.Equal(good, live.Serving);
        Assert.Contains(broken.Version, live.Notice, StringComparison.Ordinal);
        using var lease = await live.UseAsync(null, Cancel);
        Assert.Equal(good, lease.Pin);
    }

    [Fact]
    public async Task A_model_that_takes_far_longer_here_than_its_package_says_serves_and_says_so()
    {
        var live = await StartedAsync(TinyPackages.WriteQuick(_folder["bundled"], _name, 0).Folder);
        await live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.NotNull(live.Serving);
        Assert.NotNull(live.Notice);
    }

    private static async Task<RoadSegException> TroubleAsync(LiveModel live)
    {
        await live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Assert.IsType<RoadSegException>(live.Ready.Exception?.InnerException);
    }

    // Time goes on by a step at each look.
    private async Task UntilAsync(LiveModel live, Func<bool> reached, TimeSpan step) => await Eventually.GetAsync(
        () =>
        {
            _clock.Advance(step);
            return Task.FromResult<string?>($"{live.Serving}, {live.Notice}");
        },
        "a state of the live model", _ => reached());

    private async Task<LiveModel> StartedAsync(string folder, BlobServiceClient? blobs = null)
    {
        var options = new ModelOptions { Folder = folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = _folder["cache"] };
        var registry = new ModelRegistry(blobs ?? storage.Blobs, _clock);
        var pool = new ModelPool(options, registry, _clock, NullLogger<ModelPool>.Instance);
        var live = new LiveModel(pool, registry, options, _clock, NullLogger<LiveModel>.Instance);
        _parts.AddRange([pool, live]);
        await live.StartAsync(Cancel);
        return live;
    }

    private async Task<ModelPin> PublishedAsync(ModelPackage package)
    {
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        return ModelPin.Of(package.Manifest);
    }
}
