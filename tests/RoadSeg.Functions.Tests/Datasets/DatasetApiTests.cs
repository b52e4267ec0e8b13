using System.Net;
using RoadSeg.Datasets;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>Data sets over HTTP: which report is answered.</summary>
public sealed class DatasetApiTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly string _name = "set-" + Guid.NewGuid().ToString("N")[..8];
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task The_report_is_that_of_the_newest_version_and_after_a_drop_that_failed_that_of_the_drop()
    {
        var store = await StoredAsync(DatasetState.Ready);

        Assert.Equal("\"v2\"", await TextAsync("report"));
        Assert.Equal("<html>v2", await TextAsync("report.html"));
        Assert.Equal("{\"fault\":\"v2\"}", await TextAsync("faults"));
        Assert.Equal("\"v1\"", await TextAsync("versions/v1/report"));
        Assert.Equal("<html>v1", await TextAsync("versions/v1/report.html"));

        await store.TryMoveAsync(_name, DatasetState.Checking, static record => record, Cancel);
        await store.TryMoveAsync(_name, DatasetState.Failed, static record => record, Cancel);
        Assert.Equal("\"failed\"", await TextAsync("report"));
        Assert.Equal("\"v2\"", await TextAsync("versions/v2/report"));
    }

    [Fact]
    public async Task Files_come_with_their_type_their_version_and_nothing_that_could_run()
    {
        await StoredAsync(DatasetState.Ready);

        using var report = await GetAsync($"{_name}/report");
        using var page = await GetAsync($"{_name}/report.html");
        using var faults = await GetAsync($"{_name}/faults");

        Assert.Equal(["application/json", "text/html", "application/x-ndjson"], ((HttpResponseMessage[])[report, page, faults]).Select(answer => answer.Content.Headers.ContentType!.MediaType));
        Assert.All((HttpResponseMessage[])[report, page, faults], answer =>
        {
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.NotNull(answer.Headers.ETag);
            Assert.True(answer.Headers.CacheControl is { Private: true, NoCache: true });
        });
        Assert.Contains("sandbox", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/datasets/{_name}/report", UriKind.Relative));
        again.Headers.IfNoneMatch.Add(report.Headers.ETag!);
        using var unchanged = await _api.Http.SendAsync(again, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await StoredAsync(DatasetState.Ready);
        await new DatasetStore(storage.Blobs, TimeProvider.System).CreateAsync(Record(_name + "-new", DatasetState.Checking) with { Version = null, Versions = [] }, Cancel);
        await storage.Blobs.GetBlobContainerClient(Containers.Curated).DeleteBlobAsync(BlobPaths.Curated(_name, "v1", "report.html"), cancellationToken: Cancel);

        foreach (var path in (string[])["no-such-set", "no-such-set/report", "Not a name", $"{_name}/versions/v3/report", $"{_name}/versions/v1/report.html", $"{_name}-new/report"])
        {
            using var answer = await GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("dataset-not-found", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using var checking = await GetAsync(_name + "-new");
        Assert.Equal(TimeSpan.FromSeconds(1), checking.Headers.RetryAfter!.Delta);
        using var ready = await GetAsync(_name);
        Assert.Null(ready.Headers.RetryAfter);
        Assert.Contains($"\"{_name}\"", await TextAsync("", list: true), StringComparison.Ordinal);
    }

    private async Task<DatasetStore> StoredAsync(DatasetState state)
    {
        var store = new DatasetStore(storage.Blobs, TimeProvider.System);
        await store.CreateAsync(Record(_name, state), Cancel);
        foreach (var version in (string[])["v1", "v2", "failed"])
        {
            foreach (var (file, text) in ((string, string)[])[("report.json", $"\"{version}\""), ("report.html", $"<html>{version}"), ("faults.jsonl", $"{{\"fault\":\"{version}\"}}")])
                await storage.Blobs.GetBlobContainerClient(Containers.Curated).GetBlobClient(BlobPaths.Curated(_name, version, file)).UploadAsync(BinaryData.FromString(text), Cancel);
        }

        return store;
    }

    private static DatasetRecord Record(string name, DatasetState state) =>
        new() { Name = name, State = state, Drop = "0x1", ReceivedAt = TimeProvider.System.GetUtcNow(), Version = "v2", Versions = ["v1", "v2"] };

    private async Task<string> TextAsync(string path, bool list = false)
    {
        using var answer = await GetAsync(list ? "" : $"{_name}/{path}");
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _api.Http.GetAsync(new Uri(path.Length == 0 ? "/v1/datasets" : $"/v1/datasets/{Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}", UriKind.Relative), Cancel);
}
