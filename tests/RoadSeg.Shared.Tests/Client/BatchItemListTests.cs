using RoadSeg.Capture;
using RoadSeg.Client;
using RoadSeg.Work;

namespace RoadSeg.Tests.Client;

/// <summary>What the client asks for the photos of a batch.</summary>
public sealed class BatchItemListTests
{
    private static readonly WorkId Id = WorkId.ForDrop("uploads", "photo", "0x1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photos_and_points_of_a_part_of_the_earth_are_asked_for_page_by_page()
    {
        var asked = new List<string>();
        await using var service = await StandInService.StartAsync((context, number) =>
        {
            lock (asked)
                asked.Add(Uri.UnescapeDataString(context.Request.QueryString.Value!));
            var next = number % 2 == 1 ? "\"next\":\"7\"" : "\"next\":null";
            return StandInService.AnswerAsync(context, 200, number <= 2
                ? $$"""{"items":[{"index":{{number}},"state":"failed"}],{{next}}}"""
                : $$"""{"type":"FeatureCollection","features":[],{{next}}}""");
        });
        using var http = new HttpClient { BaseAddress = service.Address };
        var client = new RoadSegClient(http);
        var box = new GeoBox(170, -20, -170, -10);

        var items = await client.ListBatchItemsAsync(Id, "failed", box, Cancel).ToListAsync(Cancel);
        await client.ListBatchFeaturesAsync(Id, box: box, cancel: Cancel).ToListAsync(Cancel);

        Assert.Equal([1, 2], items.Select(static item => item.Index));
        Assert.Equal(
            [
                "?state=failed&bbox=170,-20,-170,-10&limit=100", "?state=failed&bbox=170,-20,-170,-10&limit=100&after=7",
                "?bbox=170,-20,-170,-10&format=geojson&limit=100", "?bbox=170,-20,-170,-10&format=geojson&limit=100&after=7",
            ],
            asked);
    }
}
