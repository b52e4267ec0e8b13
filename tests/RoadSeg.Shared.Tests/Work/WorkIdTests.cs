using RoadSeg.Work;

namespace RoadSeg.Tests.Work;

public sealed class WorkIdTests
{
    [Fact]
    public void New_ids_differ_and_read_back()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => WorkId.New(TimeProvider.System)).ToHashSet();

        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id => Assert.True(WorkId.TryParse(id.ToString(), out var read) && read == id));
    }

    [Fact]
    public void New_ids_sort_by_age()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var ids = new List<string>();
        for (var i = 0; i < 100; i++, clock.Advance(TimeSpan.FromMilliseconds(1)))
            ids.Add(WorkId.New(clock).ToString());

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void An_id_says_when_it_was_made_and_whose_it_is_and_that_of_a_drop_neither()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var ids = Enumerable.Range(0, 1000).Select(_ => WorkId.New(clock, "key-a")).ToHashSet();

        Assert.Equal(1000, ids.Count);
        Assert.All(ids, id => Assert.Equal((clock.GetUtcNow(), WorkId.PartitionOf("key-a")), (id.MadeAt!.Value, id.Partition)));
        Assert.NotEqual(WorkId.PartitionOf("key-a"), WorkId.PartitionOf("key-b"));
        Assert.Null(WorkId.ForDrop("uploads", "a.jpg", "0x1").MadeAt);
    }

    [Fact]
    public void A_drop_has_one_id_for_each_version_of_each_blob_however_its_etag_is_quoted()
    {
        var id = WorkId.ForDrop("uploads", "a.jpg", "0x1");

        Assert.Equal(id, WorkId.ForDrop("uploads", "a.jpg", "\"0x1\""));
        Assert.NotEqual(id, WorkId.ForDrop("uploads", "a.jpg", "0x2"));
        Assert.NotEqual(id, WorkId.ForDrop("uploads", "b.jpg", "0x1"));
        Assert.NotEqual(id, WorkId.ForDrop("other", "a.jpg", "0x1"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("0000000000000000000000000")]
    [InlineData("000000000000000000000000000")]
    [InlineData("0000000000000000000000000/")]
    [InlineData("0000000000000000000000000A")]
    [InlineData("0000000000000000000000000i")]
    public void Text_that_is_no_id_is_refused(string? text) => Assert.False(WorkId.TryParse(text, out _));
}
