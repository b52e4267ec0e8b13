using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>The registry where something was changed, lost or left half done on the way.</summary>
public sealed class RegistryFailureTests(StorageFixture storage) : IDisposable
{
    private readonly string _name = $"m{Guid.NewGuid():N}"[..13];
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelRegistry Registry => new(storage.Blobs, TimeProvider.System);

    private BlobContainerClient Models => storage.Blobs.GetBlobContainerClient(Containers.Models);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_manifest_that_is_not_the_one_that_was_published_is_shown_to_nobody()
    {
        var package = await PublishedAsync(1);
        var another = TinyPackages.Write(_folder["another"], _name, 1, "Says something else.");
        await Models.GetBlobClient(BlobPaths.ModelFile(_name, package.Manifest.Version, "manifest.json")).UploadAsync(
            BinaryData.FromBytes(ModelManifestJson.Serialize(another.Manifest)), overwrite: true, Cancel);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => Registry.ManifestAsync(_name, package.Manifest.Version, Cancel));

        Assert.Equal(ErrorCodes.ModelInvalid, refused.Code);
    }

    [Fact]
    public async Task A_package_in_the_cache_that_is_whole_but_not_the_published_one_is_downloaded_anew()
    {
        var package = await PublishedAsync(1);
        TinyPackages.Write(Path.Combine(_folder["cache"], _name, package.Manifest.Version), _name, 1, "Says something else.");

        var down = await Registry.DownloadAsync(_name, package.Manifest.Version, _folder["cache"], Cancel);

        Assert.Equal(package.Manifest.Description, down.Manifest.Description);
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(_folder["cache"], _name)));
    }

    [Fact]
    public async Task What_lies_in_the_cache_is_not_asked_of_storage_again()
    {
        var package = await PublishedAsync(1);
        var version = package.Manifest.Version;
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        var registry = new ModelRegistry(blobs, TimeProvider.System);
        var first = await registry.DownloadAsync(_name, version, _folder["cache"], Cancel);

        faults.Fails = (_, path) => path.Contains($"/{version}/", StringComparison.Ordinal);

        Assert.Equal(first.Folder, (await registry.DownloadAsync(_name, version, _folder["cache"], Cancel)).Folder);
    }

    [Fact]
    public async Task Of_more_versions_than_can_be_rolled_back_to_the_latest_stay()
    {
        var package = await PublishedAsync(1);
        string[] before = [.. Enumerable.Range(1, 120).Select(i => $"before-{i}")];
        var pointers = new JsonBlobs<ModelPointer>(Models, RegistryJson.Default.ModelPointer);
        var now = TimeProvider.System.GetUtcNow();
        PointerMove[] moves = [.. before[^100..].Select(version => new PointerMove(version, now, "promote", "test"))];
        await pointers.TryWriteAsync(BlobPaths.ModelPointer(_name), new ModelPointer("live", before, moves), null, Cancel);

        await Registry.PromoteAsync(_name, package.Manifest.Version, "test", Cancel);

        Assert.Equal([.. before[^99..], "live"], (await Registry.LiveAsync(_name, Cancel))!.Value.Before);
        Assert.Equal("live", (await Registry.RollBackAsync(_name, "test", Cancel))!.Version);
        var last = (await Registry.RollBackAsync(_name, "test", Cancel))!;
        Assert.Equal("before-120", last.Version);
        Assert.Equal([.. before[^97..], package.Manifest.Version, "live", "before-120"], last.History.Select(move => move.Version));
    }

    [Theory]
    [InlineData("manifest.json")]
    [InlineData("model.onnx")]
    [InlineData("versions/")]
    public async Task A_package_that_is_stored_in_part_is_no_version_and_never_the_live_one(string lost)
    {
        var package = TinyPackages.Write(_folder["package"], _name, 1);
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        var half = new ModelRegistry(blobs, TimeProvider.System);
        faults.Fails = (method, path) => method == "PUT" && path.Contains(lost, StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(() => half.PublishAsync(package, "test", null, null, Cancel));
        await Assert.ThrowsAnyAsync<Exception>(() => half.SeedAsync(package, Cancel));

        Assert.Null(await Registry.FindAsync(_name, package.Manifest.Version, Cancel));
        Assert.Null(await Registry.LiveAsync(_name, Cancel));
        await Registry.SeedAsync(package, Cancel);
        await Registry.DownloadAsync(_name, package.Manifest.Version, _folder["cache"], Cancel);
    }

    // What was begun long ago and never finished is deleted, maybe just then.
    [Fact]
    public async Task A_package_whose_beginning_is_deleted_while_it_is_published_again_is_whole_afterwards()
    {
        var package = await PublishedAsync(1);
        var version = package.Manifest.Version;
        await Models.DeleteBlobAsync(BlobPaths.ModelVersion(_name, version), cancellationToken: Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        var manifest = BlobPaths.ModelFile(_name, version, "manifest.json");
        faults.Fails = (method, path) =>
        {
            if (method == "GET" && path == $"{Containers.Models}/{manifest}")
                Models.DeleteBlobIfExists(manifest, cancellationToken: Cancel);
            return false;
        };

        var publishing = new ModelRegistry(blobs, TimeProvider.System).PublishAsync(package, "test", null, null, Cancel);
        await publishing.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.Equal(version, (await Registry.DownloadAsync(_name, version, _folder["cache"], Cancel)).Manifest.Version);
    }

    private async Task<ModelPackage> PublishedAsync(int turn)
    {
        var package = TinyPackages.Write(_folder[$"v{turn}"], _name, turn);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        return package;
    }
}
