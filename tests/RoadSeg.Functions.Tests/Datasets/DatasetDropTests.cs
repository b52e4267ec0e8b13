using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using RoadSeg.Client;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>A data team's way: copy a set into storage, read its report.</summary>
public sealed class DatasetDropTests(ServiceFixture fixture)
{
    private readonly string _name = $"set-{Guid.NewGuid():N}"[..20];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    private RoadSegClient Client => Service.Client;

    [Fact]
    public async Task A_set_that_cannot_be_used_says_why_in_the_api_and_lists_its_findings()
    {
        using var folder = new TempFolder();
        var set = PaintedSet.Write(folder.Path, 3);
        Directory.Delete(Path.Combine(set, "trainannot"), recursive: true);
        var sent = await PushAsync(set);

        var view = await Client.WaitForDatasetAsync(_name, sent.Drop, TimeSpan.FromMinutes(2), null, Cancel);

        Assert.Equal((DatasetState.Failed, null), (view.State, view.Version));
        Assert.Equal(view.Failure!.Code, (await Client.GetDatasetReportAsync(_name, null, Cancel)).Problem!.Code);
        Assert.Contains(view.Failure.Code, System.Text.Encoding.UTF8.GetString(await Service.GetAsync(view.Links["page"])), StringComparison.Ordinal);
        using var faults = await Service.Api.GetAsync(new Uri(view.Links["faults"], UriKind.Relative), Cancel);
        Assert.Equal(("application/x-ndjson", HttpStatusCode.OK), (faults.Content.Headers.ContentType!.MediaType, faults.StatusCode));
        foreach (var line in (await faults.Content.ReadAsStringAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Assert.NotEmpty(JsonDocument.Parse(line).RootElement.GetProperty("kind").GetString()!);
    }

    [Fact]
    public async Task A_version_leaves_as_an_archive_for_a_labelling_tool()
    {
        using var folder = new TempFolder();
        var sent = await PushAsync(PaintedSet.Write(folder.Path, 3));
        var view = await Client.WaitForDatasetAsync(_name, sent.Drop, TimeSpan.FromMinutes(2), null, Cancel);
        var export = $"/v1/datasets/{_name}/versions/{view.Version}/export";

        await using var zip = new ZipArchive(await Service.Api.GetStreamAsync(new Uri($"{export}?to=cvat", UriKind.Relative), Cancel));

        Assert.Equal(["annotations.xml", "labels.json"], zip.Entries.Select(entry => entry.FullName).Where(path => !path.StartsWith("images/", StringComparison.Ordinal)));
        using var reader = new StreamReader(await zip.GetEntry("annotations.xml")!.OpenAsync(Cancel));
        Assert.Contains("<mask label=", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
        foreach (var (wrong, status, said) in new[] { ($"{export}?to=cvt", HttpStatusCode.BadRequest, "did you mean 'cvat'?"), (export, HttpStatusCode.BadRequest, "Known are cvat"), ($"/v1/datasets/{_name}/versions/0123456789abcdef/export?to=cvat", HttpStatusCode.NotFound, "dataset-not-found") })
        {
            using var refused = await Service.Api.GetAsync(new Uri(wrong, UriKind.Relative), Cancel);
            Assert.Equal(status, refused.StatusCode);
            Assert.Contains(said, JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancel)).RootElement.GetRawText().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unchanged_set_answers_304()
    {
        using var folder = new TempFolder();
        var sent = await PushAsync(PaintedSet.Write(folder.Path, 4));
        await Client.WaitForDatasetAsync(_name, sent.Drop, TimeSpan.FromMinutes(2), null, Cancel);
        using var first = await Service.Api.GetAsync(new Uri($"/v1/datasets/{_name}", UriKind.Relative), Cancel);
        using var known = new HttpRequestMessage(HttpMethod.Get, $"/v1/datasets/{_name}") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var unchanged = await Service.Api.SendAsync(known, Cancel);

        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("/v1/datasets/no-such-set")]
    [InlineData("/v1/datasets/..%2F..%2Fjobs")]
    [InlineData("/v1/datasets/no-such-set/report")]
    [InlineData("/v1/datasets/no-such-set/report.html")]
    [InlineData("/v1/datasets/no-such-set/faults")]
    [InlineData("/v1/datasets/no-such-set/versions/0123456789abcdef/report")]
    public async Task An_unknown_set_is_not_found(string path)
    {
        using var answer = await Service.Api.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("\"code\":\"dataset-not-found\"", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private DatasetSpec Spec() => new() { Name = _name, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1) };

    private Task<PushedDataset> PushAsync(string folder) =>
        new DatasetPush(Service.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(folder, Spec(), null, Cancel);
}
