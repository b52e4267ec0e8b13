using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>A data set pushed to storage and read from there, on a real emulator.</summary>
public sealed class BlobDatasetTests(StorageFixture storage) : IDisposable
{
    private static readonly DatasetSpec Spec = new()
    {
        Name = "city",
        Layout = "camvid",
        Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1),
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("roadseg-blobs-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_pushed_set_is_curated_from_storage_to_the_same_version_as_from_its_folder()
    {
        VipsLibrary.Initialize();
        var (drop, container) = (Write(12), await ContainerAsync());
        await new DatasetPush(container).UploadAsync(drop, Spec, null, TestContext.Current.CancellationToken);
        await container.UploadBlobAsync("city-other/train/x_1.png", new BinaryData("another set"), TestContext.Current.CancellationToken);
        var files = new BlobPrefixFiles(container, "city");
        var spec = await DatasetCurator.ReadSpecAsync(files, TestContext.Current.CancellationToken);

        var fromBlobs = await CurateAsync(files, spec, "a");
        var fromFolder = await CurateAsync(new LocalFolderFiles(drop), Spec, "b");

        Assert.Equal(12, fromBlobs.Report.Usable);
        Assert.Equal(fromFolder.Set!.Version, fromBlobs.Set!.Version);
    }

    [Fact]
    public async Task Dataset_json_is_the_last_to_arrive()
    {
        VipsLibrary.Initialize();
        var (drop, container) = (Write(6), await ContainerAsync());
        File.WriteAllText(Path.Combine(drop, DatasetSpec.FileName), "{}");

        var sent = await new DatasetPush(container).UploadAsync(drop, Spec, null, TestContext.Current.CancellationToken);

        var blobs = new List<(string Name, DateTimeOffset At)>();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            blobs.Add((blob.Name, blob.Properties.CreatedOn!.Value));
        Assert.Equal(sent.Files, blobs.Count);
        Assert.Equal(blobs.Max(blob => blob.At), blobs.Single(blob => blob.Name == "city/dataset.json").At);
        var content = await container.GetBlobClient("city/dataset.json").DownloadContentAsync(TestContext.Current.CancellationToken);
        Assert.Equal(DatasetSpecJson.Serialize(Spec), content.Value.Content.ToArray());
    }

    [Fact]
    public async Task A_blob_that_is_gone_is_one_skipped_file_and_a_storage_that_is_gone_stops_the_run()
    {
        VipsLibrary.Initialize();
        var container = await ContainerAsync();
        await new DatasetPush(container).UploadAsync(Write(4), Spec, null, TestContext.Current.CancellationToken);
        var files = new BlobPrefixFiles(container, "city");
        await Assert.ThrowsAsync<FileNotFoundException>(() => files.ReadAsync("train/none.png", 100, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCodes.ImageTooManyBytes, (await Assert.ThrowsAsync<RoadSegException>(() => files.ReadAsync("train/0_a.png", 10, TestContext.Current.CancellationToken))).Code);

        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(
            new GoneAfterListing(files, container, "city/train/3_a.png"), Spec, new DatasetOptions(), null, null, TestContext.Current.CancellationToken);
        Assert.Equal("train/3_a.png", report.Faults.Single(group => group.Kind == FaultKind.ImageUnreadable).Examples[0].File);
        Assert.Equal(3, report.Usable);

        await using var stream = await files.OpenAsync("train/0_a.png", TestContext.Current.CancellationToken);
        Assert.Equal(0x89, stream.ReadByte());
        var nowhere = new BlobContainerClient(new Uri("http://127.0.0.1:9/devstoreaccount1/datasets"), new BlobClientOptions { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(2) } });
        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => new DatasetCurator(TimeProvider.System).CheckAsync(new BlobPrefixFiles(nowhere, "city"), Spec, new DatasetOptions(), null, null, TestContext.Current.CancellationToken));
        Assert.True(refusal.IsTransient);
    }

    private Task<CurationResult> CurateAsync(IDatasetFiles files, DatasetSpec spec, string output) =>
        new DatasetCurator(TimeProvider.System).CurateAsync(files, spec, new DatasetOptions(), Path.Combine(folder.FullName, output), null, TestContext.Current.CancellationToken);

    private async Task<BlobContainerClient> ContainerAsync()
    {
        var container = storage.Blobs.GetBlobContainerClient($"datasets-{Guid.NewGuid():N}");
        await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        return container;
    }

    private string Write(int count)
    {
        var drop = Path.Combine(folder.FullName, "drop");
        Directory.CreateDirectory(Path.Combine(drop, "train"));
        Directory.CreateDirectory(Path.Combine(drop, "trainannot"));
        for (var i = 0; i < count; i++)
        {
            var random = new Random(i);
            var pixels = new byte[3 * 24 * 16];
            random.NextBytes(pixels);
            File.WriteAllBytes(Path.Combine(drop, "train", $"{i}_a.png"), PhotoEncoder.Png(new RgbImage(24, 16, pixels)));
            File.WriteAllBytes(Path.Combine(drop, "trainannot", $"{i}_a.png"), GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % 11))], 24, 16));
        }

        return drop;
    }

    // Takes a blob away after the listing and before it is read, as a data team that is still moving files does.
    private sealed class GoneAfterListing(BlobPrefixFiles files, BlobContainerClient container, string name) : IDatasetFiles
    {
        public async IAsyncEnumerable<DatasetFile> ListAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var file in files.ListAsync(cancel))
                yield return file;
            await container.DeleteBlobAsync(name, cancellationToken: cancel);
        }

        public Task<byte[]> ReadAsync(string path, long maxBytes, CancellationToken cancel) => files.ReadAsync(path, maxBytes, cancel);

        public Task<Stream> OpenAsync(string path, CancellationToken cancel) => files.OpenAsync(path, cancel);
    }
}
