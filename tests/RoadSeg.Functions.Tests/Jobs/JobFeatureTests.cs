using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Capture;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>A list of jobs as points on the earth.</summary>
public sealed class JobFeatureTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ApiService _api = null!;
    private RoadSegClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = await ApiService.StartAsync(storage);
        _client = new RoadSegClient(_api.Http, new RoadSegClientOptions { Key = _key });
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_job_with_a_position_is_a_point_as_RFC_7946_has_it_and_one_without_is_none()
    {
        var id = await StoreAsync(new CapturedPosition(-33.85, 151.2, 58.3), JobState.Succeeded);
        await StoreAsync(null, JobState.Succeeded);
        var waiting = await StoreAsync(new CapturedPosition(47.4, 8.5, null), JobState.Queued);

        using var answer = await GetAsync("format=geojson");
        Assert.Equal("application/geo+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync(Cancel));
        var features = json.RootElement.GetProperty("features").EnumerateArray().ToList();

        Assert.Equal(["features", "type"], json.RootElement.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal("FeatureCollection", json.RootElement.GetProperty("type").GetString());
        Assert.Equal([$"{waiting}", $"{id}"], features.Select(feature => feature.GetProperty("id").GetString()));
        var (newest, oldest) = (features[0], features[1]);
        Assert.Equal("""{"type":"Point","coordinates":[151.2,-33.85]}""", oldest.GetProperty("geometry").GetRawText());
        Assert.Equal("""{"type":"Point","coordinates":[8.5,47.4]}""", newest.GetProperty("geometry").GetRawText());
        var properties = oldest.GetProperty("properties");
        Assert.Equal(("succeeded", "a.jpg", "2026-03-01T13:34:56"), (properties.GetProperty("state").GetString(), properties.GetProperty("name").GetString(), properties.GetProperty("capturedAt").GetString()));
        Assert.Equal("""{"sky":0.25,"road":0.75}""", properties.GetProperty("shares").GetRawText());
        Assert.Equal($"/v1/jobs/{id}/overlay", properties.GetProperty("links").GetProperty("overlay").GetString());
        Assert.False(newest.GetProperty("properties").TryGetProperty("shares", out _));
    }

    [Fact]
    public async Task Points_come_page_by_page()
    {
        var made = new List<WorkId>();
        for (var i = 0; i < 5; i++)
        {
            made.Insert(0, await StoreAsync(new CapturedPosition(i, i, null)));
            await StoreAsync(null);
        }

        Assert.Equal(made, (await _client.ListFeaturesAsync(pageSize: 2, cancel: Cancel).ToListAsync(Cancel)).Select(feature => feature.Id));
    }

    [Fact]
    public async Task Both_forms_are_of_a_part_of_the_earth_where_one_is_asked_for_also_across_the_antimeridian()
    {
        var zurich = await StoreAsync(new CapturedPosition(47.4, 8.5, null));
        var suva = await StoreAsync(new CapturedPosition(-18.1, 178.4, null));
        var samoa = await StoreAsync(new CapturedPosition(-13.8, -171.8, null));
        await StoreAsync(null);

        Assert.Equal([zurich], await ListedAsync(new GeoBox(5.9, 45.8, 10.5, 47.8)));
        Assert.Equal([samoa, suva], await ListedAsync(new GeoBox(170, -20, -170, -10)));
        Assert.Equal([suva], await ListedAsync(new GeoBox(170, -20, 180, -10)));
        Assert.Equal([samoa, suva, zurich], await ListedAsync(new GeoBox(-180, -90, 180, 90)));
        Assert.Empty(await ListedAsync(new GeoBox(20, 0, 30, 10)));
    }

    [Theory]
    [InlineData("bbox=1,2,3", "south not above north")]
    [InlineData("bbox=1,50,3,40", "south not above north")]
    [InlineData("bbox=-200,2,3,4", "longitudes from -180 to 180")]
    [InlineData("bbox=", "west,south,east,north")]
    [InlineData("bbox=1,2,3,4&bbox=1,2,3,4", "west,south,east,north")]
    [InlineData("format=kml", "'json' or 'geojson'")]
    public async Task What_is_no_part_of_the_earth_and_no_form_is_refused_with_what_to_write(string query, string words)
    {
        using var refused = await GetAsync(query);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(words, JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task<List<WorkId>> ListedAsync(GeoBox box)
    {
        var filter = new JobFilter { Box = box };
        var ids = (await _client.ListAsync(filter, cancel: Cancel).ToListAsync(Cancel)).ConvertAll(job => job.Id);
        Assert.Equal(ids, (await _client.ListFeaturesAsync(filter, cancel: Cancel).ToListAsync(Cancel)).Select(feature => feature.Id));
        return ids;
    }

    private async Task<HttpResponseMessage> GetAsync(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs?" + query) { Headers = { { "x-functions-key", _key } } };
        return await _api.Http.SendAsync(request, Cancel);
    }

    private async Task<WorkId> StoreAsync(CapturedPosition? place, JobState state = JobState.Queued)
    {
        // Ids of one millisecond have no order.
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var (caller, jobs) = (Callers.OfKey(_key), new JobStore(storage.Blobs, storage.Queues, _time));
        var id = WorkId.New(_time, caller);
        await jobs.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = state,
                Caller = caller,
                Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), "0x1", "a.jpg"),
                Times = new JobTimes { CreatedAt = _time.GetUtcNow() },
                Captured = new Captured("2026-03-01T13:34:56", null, place, null, null),
                Shares = state == JobState.Succeeded ? new Dictionary<string, double> { ["sky"] = 0.25, ["road"] = 0.75 } : null,
            },
            Cancel);
        return id;
    }
}
