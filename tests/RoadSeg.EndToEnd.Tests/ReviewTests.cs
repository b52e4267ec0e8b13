using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Registry;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The way back by command: photos that the model does badly on become the next data set. What the list holds is asked in memory (RoadSeg.Functions.Tests).</summary>
public sealed class ReviewTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photos_that_versions_disagree_on_leave_as_a_data_set_that_can_be_curated_at_once()
    {
        var jobs = new List<JobView>();
        foreach (var photo in Quarters())
            jobs.Add(await stack.DroppedAsync(photo));
        var model = jobs[0].Result!;
        await new ModelRegistry(stack.Stack.Blobs, TimeProvider.System).RecordAsync(
            model.Model, new ShadowRun("20990101T000000Z-review", model.ModelVersion, DateTimeOffset.UtcNow, [.. jobs.Select((job, i) => new PhotoDisagreement(job.Id, 0.9 + (0.01 * i)))]), Cancel);

        var page = await ListAsync("?below=0&above=0.85&limit=100");
        Assert.Equal(jobs.Select(job => job.Id).ToHashSet(), page.Items.Select(item => item.Id).ToHashSet());
        Assert.All(page.Items, item => Assert.Equal([ReviewReason.Disagreement], item.Reasons));
        Assert.Equal([0.91, 0.92, 0.93], (await ListAsync("?below=0&above=0.905&limit=100")).Items.Select(item => item.Disagreement!.Value).Order());

        using var folder = new TempFolder();
        var zip = Path.Combine(folder.Path, "look.zip");
        var saved = await CliTests.RunAsync(["review", "export", zip, "--name", "look", "--below", "0", "--above", "0.85", "--limit", "100", "--server", stack.Stack.Address.ToString()]);
        Assert.True(saved.Exit == 0, saved.ToString());
        await ZipFile.ExtractToDirectoryAsync(zip, Path.Combine(folder.Path, "set"), Cancel);
        foreach (var job in jobs)
            Assert.Equal(await stack.Api.GetByteArrayAsync(new Uri(job.Links["mask"], UriKind.Relative), Cancel), await File.ReadAllBytesAsync(Path.Combine(folder.Path, "set", "masks", $"{job.Id}.png"), Cancel));

        var files = new LocalFolderFiles(Path.Combine(folder.Path, "set"));
        var spec = await DatasetCurator.ReadSpecAsync(files, Cancel);
        var (report, curated) = await new DatasetCurator(TimeProvider.System).CurateAsync(files, spec, new RoadSeg.Datasets.DatasetOptions(), Path.Combine(folder.Path, "curated"), null, Cancel);
        report.ThrowIfUnusable();
        var labels = JsonSerializer.Deserialize(await stack.Api.GetByteArrayAsync(new Uri(jobs[0].Links["summary"], UriKind.Relative), Cancel), JobJson.Default.ResultSummary)!;
        Assert.Equal(labels.Classes.Select(label => (label.Name, label.Color)), curated!.Labels.Classes.Select(label => (label.Name, label.Color)));
        Assert.Equal(4, curated.Manifest.Splits.Sum(split => split.Samples));

        var nothing = await CliTests.RunAsync(["review", "export", zip, "--below", "0", "--above", "1", "--server", stack.Stack.Address.ToString()]);
        Assert.Equal(1, nothing.Exit);
        Assert.Contains("nothing to export", nothing.Error, StringComparison.Ordinal);
    }

    private async Task<ReviewPage> ListAsync(string query) => (await stack.Api.GetFromJsonAsync(new Uri("/v1/review" + query, UriKind.Relative), JobJson.Default.ReviewPage, Cancel))!;

    // Four parts of one photo: different pictures, and quick.
    private static IEnumerable<byte[]> Quarters()
    {
        var street = Photos.Decode(Photos.Street);
        var (width, height) = (street.Width / 2, street.Height / 2);
        for (var part = 0; part < 4; part++)
        {
            var pixels = new byte[3 * width * height];
            for (var y = 0; y < height; y++)
                street.Pixels.AsSpan(3 * ((((part / 2 * height) + y) * street.Width) + (part % 2 * width)), 3 * width).CopyTo(pixels.AsSpan(3 * y * width));
            yield return PhotoEncoder.Jpeg(new RgbImage(width, height, pixels), 95);
        }
    }
}
