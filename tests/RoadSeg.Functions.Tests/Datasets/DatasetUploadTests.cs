using System.Net;
using System.Net.Http.Json;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Datasets;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>Addresses for the files of a data set.</summary>
public sealed class DatasetUploadTests(StorageFixture storage) : IAsyncLifetime
{
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Each_file_goes_to_its_place_in_the_set_also_one_that_is_there_already()
    {
        var name = $"set-{Guid.NewGuid():N}"[..20];
        string[] files = ["images/\u00E4 b#1?.png", "masks/a.png", "dataset.json"];

        var ticket = await IssueAsync(name, files);

        Assert.Equal(files, ticket.Files.Select(file => file.Path));
        foreach (var content in (string[])["first", "second"])
        {
            foreach (var file in ticket.Files)
                await new BlobClient(file.Url).UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);
        }

        foreach (var file in files)
            Assert.Equal("second", (await storage.Blobs.GetBlobContainerClient(Containers.Datasets).GetBlobClient($"{name}/{file}").DownloadContentAsync(Cancel)).Value.Content.ToString());
        var refused = await Assert.ThrowsAsync<RequestFailedException>(() => new BlobClient(ticket.Files[0].Url).DownloadContentAsync(Cancel));
        Assert.Equal(403, refused.Status);
    }

    [Theory]
    [InlineData("a", "../other/dataset.json")]
    [InlineData("a", "images/./a.png")]
    [InlineData("a", "/images/a.png")]
    [InlineData("a", "images//a.png")]
    [InlineData("a", "images\\a.png")]
    [InlineData("a", "images/ /a.png")]
    [InlineData("a", "a\nb.png")]
    [InlineData("a", "")]
    [InlineData("a", null)]
    [InlineData("A B", "a.png")]
    public async Task A_path_that_would_be_another_in_storage_is_refused(string name, string? path)
    {
        using var answer = await _api.Http.PostAsJsonAsync(new Uri($"/v1/datasets/{Uri.EscapeDataString(name)}/uploads", UriKind.Relative), new { files = new[] { path } }, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("""{"files":[]}""")]
    [InlineData("""{"file":["a"]}""")]
    [InlineData("""{}""")]
    [InlineData("""[""")]
    public async Task A_list_that_is_none_is_refused(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _api.Http.PostAsync(new Uri("/v1/datasets/a/uploads", UriKind.Relative), content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_thousand_files_a_call_are_enough()
    {
        Assert.Equal(1000, (await IssueAsync("a", [.. Enumerable.Range(0, 1000).Select(i => $"images/{i}.png")])).Files.Count);
        using var answer = await _api.Http.PostAsJsonAsync(new Uri("/v1/datasets/a/uploads", UriKind.Relative), new { files = Enumerable.Range(0, 1001).Select(i => $"{i}") }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Only_operators_get_them()
    {
        await using var guarded = await ApiService.StartAsync(storage, more: ("ROADSEG_OPERATORS", "team"));

        using var answer = await guarded.Http.PostAsJsonAsync(new Uri("/v1/datasets/a/uploads", UriKind.Relative), new { files = new[] { "a.png" } }, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private async Task<DatasetUploadTicket> IssueAsync(string name, string[] files)
    {
        using var answer = await _api.Http.PostAsJsonAsync(new Uri($"/v1/datasets/{name}/uploads", UriKind.Relative), new DatasetUploadRequest(files), DatasetRecordJson.Default.DatasetUploadRequest, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(DatasetRecordJson.Default.DatasetUploadTicket, Cancel))!;
    }
}
