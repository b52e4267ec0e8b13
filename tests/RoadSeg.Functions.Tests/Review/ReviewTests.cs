using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Review;

/// <summary>The way back: photos that the model does badly on become the next data set.</summary>
public sealed class ReviewTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task Photos_that_the_model_is_unsure_of_are_listed_with_how_unsure_and_of_what()
    {
        // Bytes behind its end make the file one of its own: of one that was sent twice the newest stands in the list.
        var job = await Service.DroppedAsync([.. Photos.Street, .. new byte[37]]);

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

    // The same photo, sent three times, filled the list; so did the photos on which a candidate that the gate refused was worse.
    [Fact]
    public async Task A_photo_that_was_sent_twice_is_listed_once_and_what_a_refused_candidate_saw_is_no_disagreement()
    {
        byte[] photo = [.. Photos.Street, .. new byte[53]];
        var (first, second) = (await Service.DroppedAsync(photo), await Service.DroppedAsync(photo));
        var (model, registry) = (second.Result!, new ModelRegistry(Service.Blobs, TimeProvider.System));
        var (refused, passed) = ("20980101T000000Z-refused", "20970101T000000Z-passed");
        foreach (var (version, share) in ((string, double)[])[(refused, 0.99), (passed, 0.97)])
        {
            var record = new ModelVersion(model.Model, version, DateTimeOffset.UnixEpoch, "test", new string('0', 64), Gate: new GateReport(version == passed, model.ModelVersion, [], DateTimeOffset.UnixEpoch));
            await Service.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelVersion(model.Model, version))
                .UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(record, RegistryJson.Default.ModelVersion)), overwrite: true, Cancel);
            await registry.RecordAsync(model.Model, new ShadowRun(version, model.ModelVersion, DateTimeOffset.UnixEpoch, [new PhotoDisagreement(second.Id, share)]), Cancel);
        }

        try
        {
            var listed = (await ListAsync("?below=1&above=0.5&limit=100")).Items;

            Assert.DoesNotContain(listed, item => item.Id == first.Id);
            var shown = listed.Single(item => item.Id == second.Id);
            Assert.Equal((0.97, new ModelPin(model.Model, passed)), (shown.Disagreement, shown.Other));
        }
        finally
        {
            foreach (var version in (string[])[refused, passed])
            {
                await Service.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelVersion(model.Model, version)).DeleteIfExistsAsync(cancellationToken: Cancel);
                await Service.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ShadowRun(model.Model, version)).DeleteIfExistsAsync(cancellationToken: Cancel);
            }
        }
    }

    [Fact]
    public async Task Photos_that_were_chosen_leave_as_an_archive_and_those_that_are_gone_or_another_s_stay_out_of_it()
    {
        var jobs = new List<JobView>();
        for (var i = 0; i < 3; i++)
            jobs.Add(await Service.DroppedAsync([.. Photos.Street, .. new byte[61 + i]]));
        using var erased = await Service.Api.DeleteAsync(new Uri($"/v1/jobs/{jobs[1].Id}?erase=true", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);

        var chosen = $"/v1/review/export?name=chosen&job={jobs[2].Id}&job={jobs[1].Id}&job={jobs[0].Id}&job={WorkId.New(TimeProvider.System)}";
        await using var zip = new ZipArchive(await Service.Api.GetStreamAsync(new Uri(chosen, UriKind.Relative), Cancel));
        Assert.Equal(
            [$"images/{jobs[2].Id}.jpeg", $"masks/{jobs[2].Id}.png", $"images/{jobs[0].Id}.jpeg", $"masks/{jobs[0].Id}.png", "dataset.json"],
            zip.Entries.Select(entry => entry.FullName));

        foreach (var (to, layout) in new[] { ("cvat", "cvat"), ("coco", "coco"), ("voc", "voc"), ("yolo", "yolo") })
            Assert.Equal(await MaskedAsync(jobs[0].Id, jobs[2].Id), await CountedAsync($"{chosen}&to={to}", layout));
        await using var tasks = new ZipArchive(await Service.Api.GetStreamAsync(new Uri($"{chosen}&to=label-studio", UriKind.Relative), Cancel));
        using var list = await JsonDocument.ParseAsync(await tasks.GetEntry("tasks.json")!.OpenAsync(Cancel), default, Cancel);
        Assert.All(list.RootElement.EnumerateArray(), task => Assert.Equal($"{jobs[0].Result!.Model} {jobs[0].Result!.ModelVersion}", task.GetProperty("predictions")[0].GetProperty("model_version").GetString()));

        var many = string.Concat(Enumerable.Repeat($"&job={jobs[0].Id}", 101));
        foreach (var wrong in (string[])["job=nonsense", $"job={jobs[0].Id}&to=cvt", $"job={jobs[0].Id}&below=0.5", $"job={jobs[1].Id}", many[1..]])
        {
            using var refused = await Service.Api.GetAsync(new Uri("/v1/review/export?" + wrong, UriKind.Relative), Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    // Pixels by class of the jobs' masks.
    private async Task<SortedDictionary<string, long>> MaskedAsync(params WorkId[] jobs)
    {
        var pixels = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            var summary = (await Service.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{job}/summary", UriKind.Relative), JobJson.Default.ResultSummary, Cancel))!;
            foreach (var label in summary.Classes.Where(label => label.Pixels > 0))
                pixels[label.Name] = pixels.GetValueOrDefault(label.Name) + label.Pixels;
        }

        return pixels;
    }

    // The same of an archive for a tool, read as a data set of its layout at the photos' own size.
    private async Task<SortedDictionary<string, long>> CountedAsync(string address, string layout)
    {
        using var folder = new TempFolder();
        await ZipFile.ExtractToDirectoryAsync(await Service.Api.GetStreamAsync(new Uri(address, UriKind.Relative), Cancel), folder["set"], Cancel);
        var street = ImageProbe.Read(Photos.Street, ImageLimits.Default);
        var spec = new DatasetSpec
        {
            Name = "back",
            Layout = layout,
            Target = new PreprocessSpec(ResizeMode.Stretch, street.Width, street.Height, 1),
            Split = new SplitSpec { By = SplitSource.Seed, Train = 1, Val = 0, Test = 0 },
        };
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(new LocalFolderFiles(folder["set"]), spec, new DatasetOptions(), null, null, Cancel);
        return new SortedDictionary<string, long>(report.Classes.Where(label => label.Pixels > 0).ToDictionary(label => label.Name, label => label.Pixels), StringComparer.Ordinal);
    }

    private async Task<ReviewPage> ListAsync(string query) => (await Service.Api.GetFromJsonAsync(new Uri("/v1/review" + query, UriKind.Relative), JobJson.Default.ReviewPage, Cancel))!;
}
