using RoadSeg.Batches;
using RoadSeg.Functions.Batches;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Batches;

/// <summary>What batches are made of and needs no storage.</summary>
public sealed class BatchPartsTests
{
    [Fact]
    public void Ids_of_items_are_all_different_say_when_their_batch_was_made_and_lie_together_in_its_order()
    {
        var (one, other) = (WorkId.New(TimeProvider.System, "anna"), WorkId.New(TimeProvider.System, "anna"));
        (int Index, int Round)[] places = [(0, 0), (0, 1), (1, 0), (31, 0), (32, 0), (1023, 31), (999_999, 31)];

        var ids = places.Select(place => one.OfItem(place.Index, place.Round)).ToList();

        Assert.Equal(ids.Count, ids.Concat([one]).Distinct().Count() - 1);
        Assert.Equal(ids.Select(id => id.ToString()).Order(StringComparer.Ordinal), ids.Select(id => id.ToString()));
        Assert.All(ids, id => Assert.Equal(one.MadeAt, id.MadeAt));
        Assert.Single(ids.Select(id => id.Partition).Distinct());
        Assert.All(ids, id => Assert.True(WorkId.TryParse(id.ToString(), out _)));
        Assert.NotEqual(one.OfItem(0, 0), other.OfItem(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.OfItem(1 << 20, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => one.OfItem(0, 32));
    }

    [Fact]
    public void Paths_in_archives_are_the_photos_names_each_once_on_every_file_system_and_lead_nowhere_else()
    {
        var names = new ArchiveNames();
        string[] given = ["a.png", "A.jpg", "x/a.png", "../../etc/passwd", "c:\\windows\\x.png", ".hidden", "x/./y.png", "no ending"];
        foreach (var name in given)
            names.Add(name);

        var paths = given.Select(names.Of).ToList();

        Assert.Equal(["a-0", "A-1", "x/a", "_/_/etc/passwd", "c__windows_x", "_.hidden", "x/_/y", "no ending"], paths);
        Assert.Equal(paths.Count, paths.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal("photo-4", names.Of(null, 4));
    }

    /// <summary>"IMG-1.jpg" beside two that got a number: two results of one name, of which one was lost.</summary>
    [Fact]
    public void No_path_with_a_number_is_another_photos_own_name()
    {
        var names = new ArchiveNames();
        string?[] given = ["IMG-1.jpg", "IMG.JPG", "IMG.jpg", "photo-4.png", null, "x-5-5", "x-5.a", "x-5.b"];
        foreach (var name in given)
            names.Add(name);

        var paths = given.Select(names.Of).ToList();

        Assert.Equal(["IMG-1", "IMG-1-1", "IMG-2", "photo-4", "photo-4-4", "x-5-5", "x-5-6", "x-5-7"], paths);
    }

    [Fact]
    public void The_pace_of_a_batch_follows_what_is_seen_and_forgets_what_was()
    {
        var start = DateTimeOffset.UnixEpoch;
        var pace = new BatchPace(0, start).Then(100, start.AddSeconds(10));
        Assert.Equal(10, pace.PerSecond!.Value, 6);

        for (var i = 1; i <= 60; i++)
            pace = pace.Then(100 + i, start.AddSeconds(10 + (10 * i)));

        Assert.InRange(pace.PerSecond!.Value, 0.1, 0.12);
    }

    /// <summary>1,000 at 15 a second grew older than the sweep leaves alone, and each cost reads more.</summary>
    [Theory]
    [InlineData(null, 256)]
    [InlineData(2.0, 256)]
    [InlineData(15.0, 450)]
    [InlineData(500.0, 1000)]
    public void A_batch_has_as_many_photos_under_way_as_end_in_half_a_minute(double? perSecond, int expected) =>
        Assert.Equal(expected, new BatchOptions().WindowOf(perSecond is null ? null : new BatchPace(0, DateTimeOffset.UnixEpoch, perSecond)));

    [Fact]
    public void A_window_that_was_set_is_never_exceeded() => Assert.Equal(12, new BatchOptions { Window = 12 }.WindowOf(null));
}
