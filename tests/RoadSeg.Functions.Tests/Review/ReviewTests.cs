using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Tests.Review;

/// <summary>The way back: photos that the model does badly on become the next data set.</summary>
public sealed class ReviewTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task Photos_that_the_model_is_unsure_of_are_listed_with_how_unsure_and_of_what()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var listed = (await ListAsync("?below=1&above=1&limit=100")).Items.Single(item => item.Id == job.Id);
        Assert.Equal([ReviewReason.Confidence], listed.Reasons);
        var summary = (await Service.Api.GetFromJsonAsync(new Uri(job.Links["summary"], UriKind.Relative), JobJson.Default.ResultSummary, Cancel))!;
        var pixels = summary.Classes.Where(label => label.MeanConfidence is not null).Sum(label => label.Pixels * label.MeanConfidence!.Value);
        Assert.Equal(pixels / (summary.Width * summary.Height), listed.Confidence!.Value, 1e-3);
        Assert.Contains(summary.Classes, label => label.Name == listed.Weakest && label.MeanConfidence < listed.Confidence);
        Assert.Equal(job.Result!.ModelVersion, listed.Model.Version);
        Assert.All(listed.Links.Values, link => Assert.StartsWith($"/v1/jobs/{job.Id}", link, StringComparison.Ordinal));

        Assert.DoesNotContain((await ListAsync("?below=0&above=1&limit=100")).Items, item => item.Id == job.Id);
        foreach (var wrong in (string[])["?below=2", "?above=x", "?limit=0", "?after=no-page", "/export?name=Not%20this"])
        {
            using var refused = await Service.Api.GetAsync(new Uri("/v1/review" + wrong, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    private async Task<ReviewPage> ListAsync(string query) => (await Service.Api.GetFromJsonAsync(new Uri("/v1/review" + query, UriKind.Relative), JobJson.Default.ReviewPage, Cancel))!;
}
