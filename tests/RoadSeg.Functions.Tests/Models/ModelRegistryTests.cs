using Azure.Storage.Blobs;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Models;

public sealed class ModelRegistryTests(StorageFixture storage) : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _name = "m" + Guid.NewGuid().ToString("N")[..12];
    private readonly string _folder = Directory.CreateTempSubdirectory("roadseg-test-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ModelRegistry Registry => new(storage.Blobs, _clock);

    private BlobContainerClient Models => storage.Blobs.GetBlobContainerClient(Containers.Models);

    private string Cache => Path.Combine(_folder, "cache");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_published_comes_down_as_it_went_up_and_is_a_candidate()
    {
        var package = await PublishedAsync(1);

        var down = await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel);
        var again = await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel);

        Assert.All(package.Manifest.Files.Keys, file => Assert.Equal(package.ReadFile(file), down.ReadFile(file)));
        Assert.Equal(down.Folder, again.Folder);
        Assert.Null(await Registry.LiveAsync(_name, Cancel));
        Assert.Equal(0.51, (await Registry.ManifestAsync(_name, package.Manifest.Version, Cancel))!.Metrics[0].Values["meanIoU"]);
        Assert.Equal([package.Manifest.Version], await VersionsAsync());
    }

    [Fact]
    public async Task Publishing_a_package_again_changes_nothing()
    {
        var package = await PublishedAsync(1);
        var first = await Registry.FindAsync(_name, package.Manifest.Version, Cancel);
        _clock.Advance(TimeSpan.FromHours(1));

        var again = await Registry.PublishAsync(package, "other", null, null, Cancel);

        Assert.Equal(first, again);
    }

    [Fact]
    public async Task Another_package_under_a_version_that_is_there_is_refused_and_the_first_stays_whole()
    {
        var package = await PublishedAsync(1);
        var other = TinyPackages.Write(Fresh(), _name, 1, "Says something else.");
        Assert.Equal(package.Manifest.Version, other.Manifest.Version);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => Registry.PublishAsync(other, "test", null, null, Cancel));

        Assert.Equal(ErrorCodes.ModelInvalid, refused.Code);
        Assert.Equal("One convolution.", (await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel)).Manifest.Description);
    }

    [Fact]
    public async Task Of_two_packages_published_at_once_under_one_version_one_has_it_whole()
    {
        ModelPackage[] rivals = [.. Enumerable.Range(0, 6).Select(i => TinyPackages.Write(Fresh(), _name, 1, $"Rival {i}."))];

        var published = await Task.WhenAll(rivals.Select(async rival =>
        {
            try
            {
                await Registry.PublishAsync(rival, "test", null, null, Cancel);
                return rival.Manifest.Description;
            }
            catch (RoadSegException e)
            {
                Assert.Equal(ErrorCodes.ModelInvalid, e.Code);
                return null;
            }
        }));

        var winner = Assert.Single(published, description => description is not null);
        Assert.Equal(winner, (await Registry.DownloadAsync(_name, rivals[0].Manifest.Version, Cache, Cancel)).Manifest.Description);
    }

    [Fact]
    public async Task Files_without_a_record_are_no_version_and_publishing_goes_on_from_them()
    {
        var package = TinyPackages.Write(Fresh(), _name, 1);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        await Models.DeleteBlobAsync(BlobPaths.ModelVersion(_name, package.Manifest.Version), cancellationToken: Cancel);
        await Models.DeleteBlobAsync(BlobPaths.ModelFile(_name, package.Manifest.Version, "model.onnx"), cancellationToken: Cancel);

        Assert.Empty(await VersionsAsync());
        Assert.Null(await Registry.ManifestAsync(_name, package.Manifest.Version, Cancel));
        Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => Registry.PromoteAsync(_name, package.Manifest.Version, "test", Cancel))).Code);
        Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel))).Code);

        await Registry.PublishAsync(package, "test", null, null, Cancel);
        Assert.Equal(package.Manifest.Version, (await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel)).Manifest.Version);
    }

    [Theory]
    [InlineData("model.onnx", true)]
    [InlineData("manifest.json", true)]
    [InlineData("model.onnx", false)]
    public async Task A_tampered_or_lost_file_is_refused_and_leaves_nothing_in_the_cache(string file, bool tampered)
    {
        var package = await PublishedAsync(1);
        var blob = Models.GetBlobClient(BlobPaths.ModelFile(_name, package.Manifest.Version, file));
        var content = (await blob.DownloadContentAsync(Cancel)).Value.Content.ToArray();
        content[content.Length / 2] ^= 1;
        if (tampered)
            await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);
        else
            await blob.DeleteAsync(cancellationToken: Cancel);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel));

        Assert.Equal(tampered ? ErrorCodes.ModelInvalid : ErrorCodes.ModelNotFound, refused.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Cache, _name)));
    }

    [Fact]
    public async Task A_cached_package_that_a_disk_damaged_is_downloaded_anew()
    {
        var package = await PublishedAsync(1);
        var down = await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel);
        await File.WriteAllTextAsync(Path.Combine(down.Folder, "model.onnx"), "rot", Cancel);

        var again = await Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel);

        Assert.Equal(package.ReadFile("model.onnx"), again.ReadFile("model.onnx"));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(Cache, _name)));
    }

    [Fact]
    public async Task Downloads_at_once_share_one_folder()
    {
        var package = await PublishedAsync(1);

        var down = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Registry.DownloadAsync(_name, package.Manifest.Version, Cache, Cancel))));

        Assert.Single(down.Select(one => one.Folder).Distinct());
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.Combine(Cache, _name)));
    }

    [Fact]
    public async Task Promotions_at_once_make_one_history_in_which_none_is_lost()
    {
        var versions = new List<string>();
        for (var turn = 0; turn < 8; turn++)
            versions.Add((await PublishedAsync(turn)).Manifest.Version);

        await Task.WhenAll(versions.Select((version, i) => Registry.PromoteAsync(_name, version, $"caller-{i}", Cancel)));

        var pointer = (await Registry.LiveAsync(_name, Cancel))!.Value;
        Assert.Equal(versions.Order(StringComparer.Ordinal), pointer.History.Select(move => move.Version).Order(StringComparer.Ordinal));
        Assert.Equal(pointer.Version, pointer.History[^1].Version);
        Assert.Equal(pointer.History.SkipLast(1).Select(move => move.Version), pointer.Before);
        Assert.All(versions, version => Assert.Equal(version == pointer.Version ? ModelState.Live : ModelState.Retired, pointer.StateOf(version)));
    }

    [Fact]
    public async Task Rollbacks_go_back_one_by_one_and_then_say_that_there_is_no_more()
    {
        string[] versions = [(await PublishedAsync(0)).Manifest.Version, (await PublishedAsync(1)).Manifest.Version, (await PublishedAsync(2)).Manifest.Version];
        foreach (var version in versions)
            await Registry.PromoteAsync(_name, version, "test", Cancel);

        Assert.Equal(versions[1], (await Registry.LiveAsync(_name, Cancel))!.Value.Previous(null));
        Assert.Equal(versions[1], (await Registry.RollBackAsync(_name, "test", Cancel))!.Version);
        Assert.Equal(versions[0], (await Registry.RollBackAsync(_name, "test", Cancel))!.Version);
        Assert.Null((await Registry.LiveAsync(_name, Cancel))!.Value.Previous(null));
        var last = await Assert.ThrowsAsync<RoadSegException>(() => Registry.RollBackAsync(_name, "test", Cancel));
        await Registry.PromoteAsync(_name, versions[2], "test", Cancel);

        Assert.Equal(ErrorCodes.ModelNoRollback, last.Code);
        var pointer = (await Registry.LiveAsync(_name, Cancel))!.Value;
        Assert.Equal(["promote", "promote", "promote", "rollback", "rollback", "promote"], pointer.History.Select(move => move.Kind));
        Assert.Equal([versions[0]], pointer.Before);
        Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => Registry.RollBackAsync("nobody", "test", Cancel))).Code);
    }

    [Theory]
    [InlineData("promote", "1", "1")]
    [InlineData("seed", "1", null)]
    [InlineData("promote", "2", null)]
    [InlineData("promote", null, null)]
    public void A_first_promotion_leads_back_to_what_shipped_unless_the_registry_was_seeded_with_something_else(string first, string? shipped, string? previous) =>
        Assert.Equal(previous, new ModelPointer("2", [], [new PointerMove("2", DateTimeOffset.UnixEpoch, first, "test")]).Previous(shipped));

    [Fact]
    public async Task A_rollback_from_a_version_that_is_no_longer_live_moves_nothing()
    {
        string[] versions = [(await PublishedAsync(0)).Manifest.Version, (await PublishedAsync(1)).Manifest.Version, (await PublishedAsync(2)).Manifest.Version];
        foreach (var version in versions)
            await Registry.PromoteAsync(_name, version, "test", Cancel);

        Assert.Null(await Registry.RollBackAsync(_name, "automatic", Cancel, from: versions[1]));
        Assert.Equal(versions[2], (await Registry.LiveAsync(_name, Cancel))!.Value.Version);
        Assert.Equal(versions[1], (await Registry.RollBackAsync(_name, "automatic", Cancel, from: versions[2]))!.Version);
    }

    [Fact]
    public async Task A_version_takes_the_place_of_what_it_was_judged_against_and_of_nothing_else()
    {
        string[] versions = [(await PublishedAsync(0)).Manifest.Version, (await PublishedAsync(1)).Manifest.Version, (await PublishedAsync(2)).Manifest.Version];

        Assert.Equal(versions[0], (await Registry.ReplaceAsync(_name, versions[0], null, "training a", Cancel))!.Version);
        Assert.Null(await Registry.ReplaceAsync(_name, versions[1], null, "training b", Cancel));
        Assert.Equal(versions[1], (await Registry.ReplaceAsync(_name, versions[1], versions[0], "training b", Cancel))!.Version);
        Assert.Null(await Registry.ReplaceAsync(_name, versions[2], versions[0], "training c", Cancel));

        var pointer = (await Registry.LiveAsync(_name, Cancel))!.Value;
        Assert.Equal([versions[0], versions[1]], pointer.History.Select(move => move.Version));
        Assert.Equal([versions[0]], pointer.Before);
    }

    [Fact]
    public async Task A_promotion_that_was_taken_back_is_not_done_again_by_the_run_that_had_made_it()
    {
        string[] versions = [(await PublishedAsync(0)).Manifest.Version, (await PublishedAsync(1)).Manifest.Version];
        await Registry.PromoteAsync(_name, versions[0], "test", Cancel);
        await Registry.ReplaceAsync(_name, versions[1], versions[0], "training a", Cancel);
        await Registry.RollBackAsync(_name, "operator", Cancel);
        var before = await Registry.LiveAsync(_name, Cancel);

        Assert.Equal(versions[0], (await Registry.ReplaceAsync(_name, versions[1], versions[0], "training a", Cancel))!.Version);

        Assert.Equal(before!.ETag, (await Registry.LiveAsync(_name, Cancel))!.ETag);
    }

    [Fact]
    public async Task A_first_version_that_was_promoted_without_a_seed_rolls_back_to_the_origin_once()
    {
        var shipped = (await PublishedAsync(0)).Manifest.Version;
        await Registry.PromoteAsync(_name, (await PublishedAsync(1)).Manifest.Version, "training x", Cancel);

        Assert.Equal(shipped, (await Registry.RollBackAsync(_name, "test", Cancel, shipped))!.Version);
        Assert.Equal(ErrorCodes.ModelNoRollback, (await Assert.ThrowsAsync<RoadSegException>(() => Registry.RollBackAsync(_name, "test", Cancel, shipped))).Code);
    }

    [Fact]
    public async Task Of_many_moves_the_last_hundred_are_remembered_and_what_can_be_rolled_back_to_holds_each_version_once()
    {
        var versions = new[] { (await PublishedAsync(1)).Manifest.Version, (await PublishedAsync(2)).Manifest.Version };
        for (var i = 0; i < 103; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Registry.PromoteAsync(_name, versions[i % 2], $"move {i}", Cancel);
        }

        var pointer = (await Registry.LiveAsync(_name, Cancel))!.Value;
        Assert.Equal(Enumerable.Range(3, 100).Select(i => $"move {i}"), pointer.History.Select(move => move.By));
        Assert.All(pointer.History, move => Assert.Equal("promote", move.Kind));
        Assert.Equal([versions[1]], pointer.Before);
    }

    [Fact]
    public async Task Shadow_runs_are_read_newest_first_and_the_first_of_a_version_stays()
    {
        foreach (var version in (string[])["20260101T000000Z-a", "20260301T000000Z-b", "20260201T000000Z-c"])
        {
            foreach (var against in (string[])["first", "second"])
                await Registry.RecordAsync(_name, new ShadowRun(version, against, _clock.GetUtcNow(), []), Cancel);
        }

        var runs = await Registry.ShadowRunsAsync(_name, 2, Cancel);

        Assert.Equal(["20260301T000000Z-b", "20260201T000000Z-c"], runs.Select(run => run.Version));
        Assert.All(runs, run => Assert.Equal("first", run.Against));
        Assert.Empty(await Registry.ShadowRunsAsync("No name", 2, Cancel));
    }

    // Beside the versions' folders lies the folder of their records.
    [Fact]
    public async Task A_package_whose_version_is_the_name_of_another_folder_is_not_published()
    {
        var folder = TinyPackages.Write(Fresh(), _name, 1).Folder;
        var manifest = Path.Combine(folder, "manifest.json");
        var text = await File.ReadAllTextAsync(manifest, Cancel);
        await File.WriteAllTextAsync(manifest, text.Replace(ModelPackage.Load(folder).Manifest.Version, "versions", StringComparison.Ordinal), Cancel);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => Registry.PublishAsync(ModelPackage.Load(folder), "test", null, null, Cancel));

        Assert.Equal((ErrorCodes.ModelInvalid, true), (refused.Code, refused.Message.Contains("'versions'", StringComparison.Ordinal)));
        Assert.Empty(await VersionsAsync());
    }

    [Fact]
    public async Task Promoting_what_is_live_changes_nothing()
    {
        var version = (await PublishedAsync(1)).Manifest.Version;
        await Registry.PromoteAsync(_name, version, "test", Cancel);
        var before = await Registry.LiveAsync(_name, Cancel);

        await Registry.PromoteAsync(_name, version, "again", Cancel);

        Assert.Equal(before!.ETag, (await Registry.LiveAsync(_name, Cancel))!.ETag);
    }

    [Fact]
    public async Task Seeds_at_once_make_one_history_of_one_move()
    {
        var package = TinyPackages.Write(Fresh(), _name, 0);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Registry.SeedAsync(package, Cancel)));
        await Registry.SeedAsync(TinyPackages.Write(Fresh(), _name, 1), Cancel);

        var pointer = (await Registry.LiveAsync(_name, Cancel))!.Value;
        Assert.Equal((package.Manifest.Version, "seed"), (pointer.Version, Assert.Single(pointer.History).Kind));
        Assert.Equal([package.Manifest.Version], await VersionsAsync());
    }

    [Fact]
    public async Task A_look_at_a_pointer_that_did_not_move_gives_back_the_very_one_that_is_known()
    {
        var (one, two) = ((await PublishedAsync(1)).Manifest.Version, (await PublishedAsync(2)).Manifest.Version);
        Assert.Null(await Registry.LiveAsync(_name, null, Cancel));
        await Registry.PromoteAsync(_name, one, "test", Cancel);

        var known = await Registry.LiveAsync(_name, null, Cancel);
        Assert.Same(known, await Registry.LiveAsync(_name, known, Cancel));
        await Registry.PromoteAsync(_name, two, "test", Cancel);
        var moved = await Registry.LiveAsync(_name, known, Cancel);

        Assert.Equal((one, two), (known!.Value.Version, moved!.Value.Version));
        await Models.DeleteBlobAsync(BlobPaths.ModelPointer(_name), cancellationToken: Cancel);
        Assert.Null(await Registry.LiveAsync(_name, moved, Cancel));
    }

    [Theory]
    [InlineData("../m", "1")]
    [InlineData("m", "../1")]
    [InlineData("m", "..")]
    [InlineData("m", "versions")]
    [InlineData("M", "1")]
    [InlineData("m", "a..b")]
    [InlineData("", "")]
    public async Task Names_and_versions_that_would_lead_elsewhere_are_found_nowhere(string name, string version)
    {
        Assert.False(new ModelPin(name, version).IsValid);
        Assert.Null(await Registry.FindAsync(name, version, Cancel));
        Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => Registry.DownloadAsync(name, version, Cache, Cancel))).Code);
        Assert.False(Directory.Exists(Cache));
    }

    private string Fresh() => Path.Combine(_folder, Guid.NewGuid().ToString("N"));

    private async Task<ModelPackage> PublishedAsync(int turn)
    {
        var package = TinyPackages.Write(Fresh(), _name, turn);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        return package;
    }

    private async Task<List<string>> VersionsAsync()
    {
        var versions = new List<string>();
        await foreach (var version in Registry.VersionsAsync(_name, Cancel))
            versions.Add(version.Version);
        return versions;
    }
}
