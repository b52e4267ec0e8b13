using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>Mask, confidence and summary as parts of one file: each answers as if it were a file of its own.</summary>
public sealed class ResultPartTests(StorageFixture storage) : IAsyncLifetime
{
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("mask", null, 200, "MASK")]
    [InlineData("confidence", null, 200, "confidence")]
    [InlineData("summary", null, 200, "{\"a\":1}")]
    [InlineData("mask", "bytes=1-2", 206, "AS")]
    [InlineData("mask", "bytes=2-", 206, "SK")]
    [InlineData("mask", "bytes=0-99", 206, "MASK")]
    [InlineData("confidence", "bytes=3-5", 206, "fid")]
    [InlineData("confidence", "bytes=-4", 206, "ence")]
    [InlineData("summary", "bytes=1-", 206, "\"a\":1}")]
    [InlineData("mask", "bytes=4-", 416, "")]
    public async Task A_part_is_answered_whole_and_in_ranges_of_its_own(string part, string? range, int status, string content)
    {
        var id = await SucceededAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/{part}");
        if (range is not null)
            request.Headers.Range = RangeHeaderValue.Parse(range);

        using var answer = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal(((HttpStatusCode)status, content), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
    }

    [Fact]
    public async Task A_range_of_what_has_another_tag_is_answered_with_the_whole_part()
    {
        var id = await SucceededAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/confidence")
        {
            Headers = { Range = new RangeHeaderValue(3, 5), IfRange = new RangeConditionHeaderValue("\"another\"") },
        };

        using var answer = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.OK, "confidence"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel)));
    }

    [Fact]
    public async Task Headers_tell_the_length_of_the_part()
    {
        var id = await SucceededAsync();
        foreach (var (part, length) in ((string, long)[])[("mask", 4), ("confidence", 10), ("summary", 7)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"/v1/jobs/{id}/{part}");
            using var answer = await _api.Http.SendAsync(request, Cancel);
            Assert.Equal((HttpStatusCode.OK, length), (answer.StatusCode, answer.Content.Headers.ContentLength));
        }
    }

    [Fact]
    public async Task A_model_that_gives_no_confidence_has_no_such_part_and_a_file_that_was_deleted_no_part_at_all()
    {
        var id = await SucceededAsync(confidence: "");
        Assert.Equal("confidence-unavailable", await CodeAsync(id, "confidence"));

        await storage.Blobs.GetBlobContainerClient(Containers.Results).DeleteBlobAsync(BlobPaths.Result(id, 1, ResultFiles.Whole), cancellationToken: Cancel);
        foreach (var part in (string[])["mask", "summary", "color"])
            Assert.Equal("result-gone", await CodeAsync(id, part));
    }

    private async Task<string> CodeAsync(WorkId id, string part)
    {
        using var answer = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/{part}", UriKind.Relative), Cancel);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["code"]!;
    }

    private async Task<WorkId> SucceededAsync(string mask = "MASK", string confidence = "confidence", string summary = "{\"a\":1}")
    {
        var jobs = new JobStore(storage.Blobs, storage.Queues, TimeProvider.System);
        var id = await SucceededJob.CreateAsync(jobs);
        await jobs.AmendAsync(id, job => job with { ResultLayout = new ResultLayout(mask.Length, confidence.Length, summary.Length) }, Cancel);
        var blob = storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Whole));
        await blob.UploadAsync(BinaryData.FromString(mask + confidence + summary), Cancel);
        return id;
    }
}
