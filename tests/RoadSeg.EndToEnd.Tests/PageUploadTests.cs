using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Registry;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Bringing a data set in by the page, where not every caller is an operator, and finding the photos for the next one.</summary>
public sealed class PageUploadTests
{
    private const string Key = "key-of-the-operator";

    [Fact(Timeout = 480_000)]
    public async Task Data_sets_are_uploaded_and_followed_to_their_report_in_Chromium()
    {
        PageStory.PageIsBuilt();
        var cancel = TestContext.Current.CancellationToken;
        await using var own = await StartAsync(cancel);
        await PageStory.TellAsync("upload.mjs", own, new Dictionary<string, string> { ["KEY"] = Key }, cancel);
    }

    [Fact(Timeout = 480_000)]
    public async Task Photos_are_reviewed_and_come_back_as_a_data_set_in_Chromium()
    {
        PageStory.PageIsBuilt();
        var cancel = TestContext.Current.CancellationToken;
        await using var own = await StartAsync(cancel);
        using var photo = new ByteArrayContent(Photos.Street) { Headers = { ContentType = new("image/jpeg") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs?fileName=seen-twice.jpg") { Content = photo, Headers = { { "x-functions-key", Key }, { "Prefer", "wait=60" } } };
        using var answer = await own.Api.SendAsync(request, cancel);
        var job = (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel))!;
        await new ModelRegistry(own.Blobs, TimeProvider.System).RecordAsync(
            job.Result!.Model, new ShadowRun("20990101T120000Z-review", job.Result.ModelVersion, DateTimeOffset.UnixEpoch, [new PhotoDisagreement(job.Id, 0.423)]), cancel);

        await PageStory.TellAsync("review.mjs", own, new Dictionary<string, string> { ["KEY"] = Key }, cancel);
    }

    private static Task<LocalStack> StartAsync(CancellationToken cancel) => LocalStack.StartAsync(
        new LocalStackOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ROADSEG_CALLERS"] = $"boss={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}",
                ["ROADSEG_OPERATORS"] = "boss",
            },
        },
        cancel);
}
