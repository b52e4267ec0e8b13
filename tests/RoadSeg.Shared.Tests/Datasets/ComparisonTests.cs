using RoadSeg.Datasets;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

/// <summary>Two curated versions held against each other.</summary>
public sealed class ComparisonTests : IDisposable
{
    private readonly Drop before = Filled();
    private readonly Drop after = Filled();
    private readonly TempFolder page = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        before.Dispose();
        after.Dispose();
        page.Dispose();
    }

    [Fact]
    public async Task What_came_went_moved_and_was_relabelled_is_told_to_the_pixel()
    {
        after.Image("train/d_new.png", 77).Ids("trainannot/d_new.png", Drop.Halves(0, 5));
        Remove(after, "train/d_001.png", "trainannot/d_001.png");
        after.Image("train/d_002.png", 999);
        after.Ids("trainannot/d_003.png", (x, y) => y < 8 ? 1 : x < 16 ? 3 : 8);
        Move(after, "d_004");

        var found = DatasetComparer.Compare(await before.CuratedAsync(), await after.CuratedAsync(), page.Path, Cancel);

        Assert.Equal(["d_new"], found.Added);
        Assert.Equal(["d_001"], found.Removed);
        Assert.Equal(["d_002"], found.Replaced);
        Assert.Equal([new MovedPhoto("d_004", Split.Train, Split.Val)], found.Moved);
        var photo = Assert.Single(found.Relabelled);
        Assert.Equal(("d_003", 256), (photo.Id, photo.Pixels));
        Assert.Equal(photo.ChangedPixels, found.Changes.Sum(pair => pair.Pixels));
        Assert.All(found.Changes, pair => Assert.Equal(("building", 1), (pair.To, pair.Photos)));
        Assert.Equal(found.Before.Photos - 2 - 1, found.Unchanged);
        Assert.Equal(found.ToJson(), DatasetComparison.FromJson(await File.ReadAllBytesAsync(Path.Combine(page.Path, DatasetComparer.JsonFile), Cancel)).ToJson());
        var html = await File.ReadAllTextAsync(Path.Combine(page.Path, DatasetComparer.PageFile), Cancel);
        Assert.Equal(4, html.Split("<img ").Length - 1);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shares_before_and_after_are_those_of_labelled_pixels()
    {
        for (var i = 0; i < 6; i++)
            after.Ids($"trainannot/d_{i:D3}.png", (_, _) => 8);

        var found = DatasetComparer.Compare(await before.CuratedAsync(), await after.CuratedAsync(), null, Cancel);

        Assert.Equal(1, found.Classes.Sum(label => label.ShareBefore), 6);
        Assert.Equal(1, found.Classes.Sum(label => label.ShareAfter), 6);
        Assert.True(found.Classes[0].ShareAfter > found.Classes[0].ShareBefore);
        Assert.Equal(found.After.LabelledPixels, found.Classes.Sum(label => label.PixelsAfter));
    }

    [Fact]
    public async Task A_version_against_itself_has_nothing_to_tell()
    {
        var set = await before.CuratedAsync();

        var found = DatasetComparer.Compare(set, set, page.Path, Cancel);

        Assert.Equal((0, 0, 0, 0, 0, found.Before.Photos), (found.Added.Count, found.Removed.Count, found.Replaced.Count, found.Relabelled.Count, found.Moved.Count, found.Unchanged));
        Assert.Empty(found.Changes);
    }

    [Fact]
    public async Task A_photo_that_was_renamed_is_the_same_photo()
    {
        foreach (var (folder, kind) in new[] { ("train", "png"), ("trainannot", "png") })
            File.Move(Path.Combine(after.Path, folder, $"d_000.{kind}"), Path.Combine(after.Path, folder, $"e_000.{kind}"));

        var found = DatasetComparer.Compare(await before.CuratedAsync(), await after.CuratedAsync(), null, Cancel);

        Assert.Equal((0, 0, found.Before.Photos), (found.Added.Count, found.Removed.Count, found.Unchanged));
    }

    [Fact]
    public async Task Versions_of_other_sizes_are_compared_at_the_later_ones_and_it_is_said()
    {
        var larger = after.Spec with { Target = after.Spec.Target! with { Width = 32, Height = 32 } };

        var found = DatasetComparer.Compare(await before.CuratedAsync(), await after.CuratedAsync(larger), null, Cancel);

        Assert.Contains("different sizes", Assert.Single(found.Notes), StringComparison.Ordinal);
        Assert.All(found.Relabelled, photo => Assert.Equal(32 * 32, photo.Pixels));
    }

    [Fact]
    public async Task A_damaged_version_is_refused_by_name()
    {
        var (whole, damaged) = (await before.CuratedAsync(), await after.CuratedAsync());
        File.AppendAllText(Path.Combine(damaged.Folder, damaged.Manifest.Samples.File), "{}\n");

        var refused = Assert.Throws<RoadSegException>(() => DatasetComparer.Compare(whole, damaged, page.Path, Cancel));

        Assert.Equal(ErrorCodes.CuratedSetInvalid, refused.Code);
        Assert.Empty(Directory.EnumerateFiles(page.Path));
    }

    private static Drop Filled()
    {
        var drop = new Drop { Spec = Drop.Of("camvid") };
        for (var i = 0; i < 8; i++)
            drop.Image($"train/d_{i:D3}.png", i).Ids($"trainannot/d_{i:D3}.png", (x, _) => x < 16 ? 3 : 8);
        for (var i = 0; i < 3; i++)
            drop.Image($"val/v_{i:D3}.png", 100 + i).Ids($"valannot/v_{i:D3}.png", Drop.Halves(0, 5));
        return drop;
    }

    private static void Remove(Drop drop, params string[] files)
    {
        foreach (var file in files)
            File.Delete(Path.Combine(drop.Path, file));
    }

    private static void Move(Drop drop, string id)
    {
        File.Move(Path.Combine(drop.Path, "train", id + ".png"), Path.Combine(drop.Path, "val", id + ".png"));
        File.Move(Path.Combine(drop.Path, "trainannot", id + ".png"), Path.Combine(drop.Path, "valannot", id + ".png"));
    }
}
