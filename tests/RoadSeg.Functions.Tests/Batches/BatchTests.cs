using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Batches;
using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Functions.Batches;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Batches;

/// <summary>Batches from the request to the archive, on real storage and queues, with a model of a few kilobytes.</summary>
public sealed class BatchTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();
    private readonly TempFolder _folder = new();
    private Receiver _receiver = null!;
    private WholeService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RoadSegClient Client => _service.Client;

    private BatchStore Store => _service.Services.GetRequiredService<BatchStore>();

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        await _storage.InitializeAsync();
        _service = await WholeService.StartAsync(
            _storage,
            null,
            ("ROADSEG_MODEL", TinyPackages.Write(_folder["model"], "tiny", 0).Folder),
            ("ROADSEG_WEBHOOK_SECRETS", "whsec_" + Convert.ToBase64String(new byte[24])),
            ("ROADSEG_WEBHOOK_ALLOW_LOOPBACK", "1"));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _receiver.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_photo_below_a_prefix_is_segmented_and_the_manifest_says_what_became_of_each()
    {
        await StoreAsync("drive/b/red.png", TinyPackages.RedPhoto());
        await StoreAsync("drive/a.png", TinyPackages.RedPhoto());
        await StoreAsync("drive/A.png", TinyPackages.RedPhoto(20, 10));
        await StoreAsync("drive/=broken, \"it\".jpg", Photos.Street[..2000]);
        await StoreAsync("drive/empty.jpg", []);
        await StoreAsync("drive/.hidden", [1]);
        await StoreAsync("drive2/other.png", TinyPackages.RedPhoto());

        var asked = await Client.StartBatchAsync(new BatchRequest("Monday", "drive/", Tags: new Dictionary<string, string> { ["car"] = "7" }), cancel: Cancel);
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal((BatchState.Completed, "Monday", 5, 1.0), (batch.State, batch.Name, batch.Total, batch.Progress));
        Assert.Equal((0, 0, 3, 2, 0), (batch.Counts!.Waiting, batch.Counts.UnderWay, batch.Counts.Succeeded, batch.Counts.Failed, batch.Counts.Canceled));
        Assert.Equal(["image-corrupt", "image-empty"], batch.Counts.Codes!.Keys.Order());
        var lines = await ManifestAsync(batch.Id);
        Assert.Equal([0, 1, 2, 3, 4], lines.Select(line => line.Index));
        Assert.Equal(["=broken, \"it\".jpg", "A.png", "a.png", "b/red.png", "empty.jpg"], lines.Select(line => line.Name));
        Assert.Equal(["failed", "succeeded", "succeeded", "succeeded", "failed"], lines.Select(line => line.State));
        Assert.Equal((20, 10), (lines[1].Width, lines[1].Height));
        Assert.Equal(1.0, Assert.Single(lines[3].Shares!).Value);
        var mask = await _service.GetAsync(lines[3].Links!["mask"]);
        Assert.Equal(await _service.GetAsync($"/v1/jobs/{lines[3].Job}/mask"), mask);
        var job = await Client.GetAsync(lines[3].Job!.Value, Cancel);
        Assert.Equal(("b/red.png", "7", WorkLane.Bulk), (job.FileName, job.Tags!["car"], (await _service.Jobs.FindAsync(job.Id, Cancel))!.Value.Lane));

        using var csv = new StreamReader(await Client.OpenBatchManifestAsync(batch.Id, csv: true, Cancel));
        var rows = (await csv.ReadToEndAsync(Cancel)).Split("\r\n");
        Assert.StartsWith("index,name,state,job,code,width,height,captured,latitude,longitude,altitude,direction,share:", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("0,\"'=broken, \"\"it\"\".jpg\",failed,", rows[1], StringComparison.Ordinal);
        Assert.Equal(7, rows.Length);

        // Not among the caller's single photos, nor in the way of the next one, and nothing is left to repair.
        Assert.Empty(await Client.ListAsync(cancel: Cancel).ToListAsync(Cancel));
        Assert.Equal([batch.Id], (await Client.ListBatchesAsync(Cancel).ToListAsync(Cancel)).Select(listed => listed.Id));
        Assert.Empty(await BlobsAsync(Containers.JobsActive));
        Assert.Empty(await BlobsAsync(Containers.BatchesActive));
    }

    [Fact]
    public async Task Named_photos_that_are_missing_fail_and_a_retry_tries_them_alone()
    {
        await StoreAsync("one.png", TinyPackages.RedPhoto());
        var asked = await Client.StartBatchAsync(new BatchRequest(Names: ["one.png", "late/two.png"]), cancel: Cancel);
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);
        Assert.Equal((1, 1, "upload-missing"), (batch.Counts!.Succeeded, batch.Counts.Failed, batch.Counts.Codes!.Single().Key));
        var before = await ManifestAsync(batch.Id);

        await StoreAsync("late/two.png", TinyPackages.RedPhoto());
        Assert.Equal(BatchState.Running, (await Client.RetryBatchAsync(batch.Id, Cancel)).State);
        batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal((BatchState.Completed, 2, 0, 1), (batch.State, batch.Counts!.Succeeded, batch.Counts.Failed, batch.Round));
        var after = await ManifestAsync(batch.Id);
        Assert.Equal(before[0].Job, after[0].Job);
        Assert.NotEqual(before[1].Job, after[1].Job);
        Assert.Equal(["succeeded", "succeeded"], after.Select(line => line.State));
    }

    [Fact]
    public async Task Jobs_with_a_tag_are_taken_in_as_they_are_and_erasing_one_takes_it_out_again()
    {
        var tags = new Dictionary<string, string> { ["drive"] = "42" };
        var jobs = new List<JobView>();
        for (var i = 0; i < 3; i++)
        {
            using var photo = new MemoryStream(i == 2 ? Photos.Street[..2000] : TinyPackages.RedPhoto());
            jobs.Add(await Client.UploadAsync(photo, new UploadRequest { FileName = $"{i}.png", Tags = tags }, cancel: Cancel));
        }

        await Client.SubmitAsync(TinyPackages.RedPhoto(), cancel: Cancel);

        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Of: tags), cancel: Cancel)).Id, cancel: Cancel);

        Assert.Equal((BatchState.Completed, 3, 2, 1), (batch.State, batch.Total, batch.Counts!.Succeeded, batch.Counts.Failed));
        var lines = await ManifestAsync(batch.Id);
        Assert.Equal(jobs.Select(job => job.Id).Reverse(), lines.Select(line => line.Job!.Value));
        Assert.Equal(["2.png", "1.png", "0.png"], lines.Select(line => line.Name));

        batch = await ArchivedAsync(batch.Id, ["mask"]);
        await Client.EraseAsync(jobs[0].Id, Cancel);
        Assert.Empty((await Client.GetBatchAsync(batch.Id, Cancel)).Archives);
        Assert.Equal(("erased", null, null), (await ManifestAsync(batch.Id))[2] is var gone ? (gone.State, gone.Name, gone.Job) : default);
        Assert.DoesNotContain(await BlobsAsync(Containers.BatchRuns), name => name.EndsWith(".zip", StringComparison.Ordinal));
    }

    /// <summary>They ran on, and were run again by the retry.</summary>
    [Fact]
    public async Task Canceling_a_batch_of_jobs_cancels_them_and_its_retry_runs_none_again_that_has_succeeded()
    {
        var tags = new Dictionary<string, string> { ["drive"] = "43" };
        using var photo = new MemoryStream(TinyPackages.RedPhoto());
        var done = await Client.UploadAsync(photo, new UploadRequest { Tags = tags }, cancel: Cancel);
        await Client.WaitAsync(done.Id, cancel: Cancel);
        var live = await Client.IssueUploadKeyAsync(new UploadRequest { Tags = tags }, cancel: Cancel);
        var asked = await Client.StartBatchAsync(new BatchRequest(Of: tags), cancel: Cancel);
        await Eventually.TrueAsync(async () => (await Client.GetBatchAsync(asked.Id, Cancel)).Counts?.Succeeded == 1, "the batch has looked at its jobs");

        await Client.CancelBatchAsync(asked.Id, Cancel);
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal((BatchState.Canceled, 1, 1), (batch.State, batch.Counts!.Succeeded, batch.Counts.Canceled));
        Assert.Equal(JobState.Canceled, (await Client.GetAsync(live.Id, Cancel)).State);
        await Client.RetryBatchAsync(asked.Id, Cancel);
        batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);
        Assert.Equal((BatchState.Completed, 1, 1), (batch.State, batch.Counts!.Succeeded, batch.Counts.Failed));
        Assert.Contains(await ManifestAsync(asked.Id), line => line.Job == done.Id && line.State == "succeeded");
        Assert.Equal(3, (await BlobsAsync(Containers.Jobs)).Count);
    }

    /// <summary>A named photo had no version: what replaced it at its name was redacted where the first one had people.</summary>
    [Fact]
    public async Task A_job_of_a_named_photo_is_about_the_version_that_was_read()
    {
        await StoreAsync("n.png", TinyPackages.RedPhoto());
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Names: ["n.png"]), cancel: Cancel)).Id, cancel: Cancel);
        var version = (await _service.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient("n.png").GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;

        var job = (await ManifestAsync(batch.Id)).Single().Job!.Value;
        var record = (await _service.Services.GetRequiredService<JobStore>().FindAsync(job, Cancel))!.Value;

        Assert.Equal(version.ToString().Trim('"'), record.Source.ETag);
    }

    /// <summary>The retry looked for the version that had failed.</summary>
    [Fact]
    public async Task A_broken_photo_that_was_replaced_is_taken_by_a_retry()
    {
        await StoreAsync("r/a.png", [1, 2, 3]);
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Prefix: "r/"), cancel: Cancel)).Id, cancel: Cancel);
        Assert.Equal(1, batch.Counts!.Failed);

        await StoreAsync("r/a.png", TinyPackages.RedPhoto());
        await Client.RetryBatchAsync(batch.Id, Cancel);

        Assert.Equal(1, (await Client.WaitForBatchAsync(batch.Id, cancel: Cancel)).Counts!.Succeeded);
    }

    [Fact]
    public async Task A_description_dropped_last_begins_a_batch_and_one_that_cannot_be_read_fails_it()
    {
        await StoreAsync("monday/one.png", TinyPackages.RedPhoto());
        await StoreAsync("monday/batch.json", Encoding.UTF8.GetBytes("""{"name":"Monday","tags":{"car":"7"}}"""));
        var begun = await Eventually.GetAsync(async () => (await Client.ListBatchesAsync(Cancel).ToListAsync(Cancel)).SingleOrDefault(), "the batch of a drop");
        var batch = await Client.WaitForBatchAsync(begun!.Id, cancel: Cancel);
        Assert.Equal((BatchState.Completed, "Monday", 1, 1), (batch.State, batch.Name, batch.Total, batch.Counts!.Succeeded));

        // The same event again, as storage may tell it.
        var queue = _service.Queues.GetQueueClient(Queues.BatchesCreated);
        await queue.SendAsync(BlobCreatedEvent.For(Containers.Batches, "monday/batch.json", "0x1", 1), JobJson.Default.BlobCreatedEvent, Cancel);
        await StoreAsync("tuesday/batch.json", """{"modell":"x"}"""u8.ToArray());
        var failed = await Eventually.GetAsync(
            async () => (await Client.ListBatchesAsync(Cancel).ToListAsync(Cancel)).SingleOrDefault(found => found.State == BatchState.Failed), "the batch that fails");
        Assert.Equal(("batch-invalid", "tuesday"), (failed!.Failure!.Code, failed.Name));
        Assert.Contains("modell", failed.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await Client.ListBatchesAsync(Cancel).ToListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task Archives_hold_results_under_the_photos_own_names_and_are_fetched_in_ranges()
    {
        await StoreAsync("d/x/a.png", TinyPackages.RedPhoto());
        await StoreAsync("d/x/A.jpg", TinyPackages.RedPhoto());
        await StoreAsync("d/y.png", TinyPackages.RedPhoto());
        await StoreAsync("d/bad.png", [1, 2, 3]);
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Prefix: "d/"), cancel: Cancel)).Id, cancel: Cancel);

        batch = await ArchivedAsync(batch.Id, ["mask", "overlay", "summary", "polygons", "color"]);

        var part = Assert.Single(Assert.Single(batch.Archives).Parts);
        Assert.Equal((3, 0), (part.Photos, part.Missing));
        using var zip = new MemoryStream();
        await zip.WriteAsync((await _service.GetAsync(part.Address)).AsMemory(0, 100), Cancel);
        await Client.FetchBatchArchiveAsync(part, zip, Cancel);
        Assert.Equal(part.Bytes, zip.Length);
        using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        var names = archive.Entries.Select(entry => entry.FullName).ToList();
        Assert.Equal(15, names.Count);
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains("y.overlay.jpg", names);
        Assert.Contains(names, name => name.StartsWith("x/a-", StringComparison.Ordinal) && name.EndsWith(".mask.png", StringComparison.Ordinal));
        await using var mask = await archive.GetEntry("y.mask.png")!.OpenAsync(Cancel);
        using var content = new MemoryStream();
        await mask.CopyToAsync(content, Cancel);
        var line = (await ManifestAsync(batch.Id)).Single(item => item.Name == "y.png");
        Assert.Equal(await _service.GetAsync(line.Links!["mask"]), content.ToArray());
        using var other = await _service.As("another").GetAsync(new Uri(part.Address, UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task A_canceled_batch_stops_keeps_what_it_has_and_goes_on_by_a_retry()
    {
        for (var i = 0; i < 4; i++)
            await StoreAsync($"c/{i}.png", TinyPackages.RedPhoto());
        var asked = await Client.StartBatchAsync(new BatchRequest(Prefix: "c/"), cancel: Cancel);
        await Client.CancelBatchAsync(asked.Id, Cancel);

        var canceled = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);

        Assert.Equal(BatchState.Canceled, canceled.State);
        if (canceled.Counts is null)
            return; // It was canceled before its photos were listed, which leaves nothing to try again.
        Assert.Equal(4, canceled.Counts.Succeeded + canceled.Counts.Canceled + canceled.Counts.Failed);
        await Client.RetryBatchAsync(asked.Id, Cancel);
        var batch = await Client.WaitForBatchAsync(asked.Id, cancel: Cancel);
        Assert.Equal((BatchState.Completed, 4), (batch.State, batch.Counts!.Succeeded));
    }

    [Fact]
    public async Task A_receiver_is_told_of_a_share_and_of_the_end()
    {
        for (var i = 0; i < 4; i++)
            await StoreAsync($"w/{i}.png", TinyPackages.RedPhoto());
        var asked = await Client.StartBatchAsync(new BatchRequest(Prefix: "w/", Webhook: _receiver.Address.ToString(), WebhookAt: 0.5), cancel: Cancel);

        var told = await Eventually.GetAsync(() => Task.FromResult(_receiver.Requests.Count >= 2 ? _receiver.Requests.ToList() : null), "both notices");

        var events = told!.Select(request => JsonSerializer.Deserialize(request.Body, BatchJson.Default.BatchEvent)!).OrderBy(one => one.Type, StringComparer.Ordinal).ToList();
        Assert.Equal(["batch.completed", "batch.progressed"], events.Select(one => one.Type));
        Assert.All(events, one => Assert.Equal((asked.Id, null), (one.Data.Id, one.Data.Webhook)));
        Assert.Equal(4, events[0].Data.Counts!.Succeeded);
        Assert.Equal([$"msg_{asked.Id}-0", $"msg_{asked.Id}-0-share"], told!.Select(request => request.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_erased_photo_leaves_list_manifest_and_archives()
    {
        await StoreAsync("e/secret-name.png", TinyPackages.RedPhoto());
        await StoreAsync("e/z.png", TinyPackages.RedPhoto());
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Prefix: "e/"), cancel: Cancel)).Id, cancel: Cancel);
        await ArchivedAsync(batch.Id, ["mask"]);
        var line = (await ManifestAsync(batch.Id))[0];

        await Client.EraseAsync(line.Job!.Value, Cancel);

        Assert.Equal(["erased", "succeeded"], (await ManifestAsync(batch.Id)).Select(item => item.State));
        foreach (var name in await BlobsAsync(Containers.BatchRuns))
        {
            var content = (await _service.Blobs.GetBlobContainerClient(Containers.BatchRuns).GetBlobClient(name).DownloadContentAsync(Cancel)).Value.Content;
            Assert.Equal(-1, content.ToMemory().Span.IndexOf("secret-name"u8));
        }

        await Client.RetryBatchAsync(batch.Id, Cancel);
        batch = await Client.WaitForBatchAsync(batch.Id, cancel: Cancel);
        Assert.Equal((BatchState.Completed, 2), (batch.State, batch.Counts!.Succeeded));
    }

    [Theory]
    [InlineData("""{}""", "request-invalid")]
    [InlineData("""{"prefix":"a","names":["b"]}""", "request-invalid")]
    [InlineData("""{"prefix":"nothing/"}""", "batch-empty")]
    [InlineData("""{"names":[]}""", "batch-empty")]
    [InlineData("""{"names":["a","a"]}""", "request-invalid")]
    [InlineData("""{"names":["a/../b"]}""", "request-invalid")]
    [InlineData("""{"of":{}}""", "request-invalid")]
    [InlineData("""{"of":{"a":"b"},"model":"tiny"}""", "request-invalid")]
    [InlineData("""{"of":{"a":"b"},"webhookAt":0.5}""", "request-invalid")]
    [InlineData("""{"names":["a"],"model":"unknown"}""", "model-not-found")]
    [InlineData("""{"prefixes":"a"}""", "request-invalid")]
    public async Task What_cannot_be_a_batch_is_refused(string body, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _service.Api.PostAsync(new Uri("/v1/batches", UriKind.Relative), content, Cancel);

        Assert.Equal(code, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("code").GetString());
        Assert.Empty(await BlobsAsync(Containers.BatchesActive));
    }

    [Fact]
    public async Task Pages_of_photos_are_filtered_by_where_they_stand()
    {
        for (var i = 0; i < 5; i++)
            await StoreAsync($"p/{i}.png", i % 2 == 0 ? TinyPackages.RedPhoto() : [1]);
        var batch = await Client.WaitForBatchAsync((await Client.StartBatchAsync(new BatchRequest(Prefix: "p/"), cancel: Cancel)).Id, cancel: Cancel);

        Assert.Equal([1, 3], (await Client.ListBatchItemsAsync(batch.Id, "failed", cancel: Cancel).ToListAsync(Cancel)).Select(item => item.Index));
        using var answer = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/items?state=succeeded&limit=2");
        var page = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(Cancel), BatchJson.Default.BatchItemPage)!;
        Assert.Equal([0, 2], page.Items.Select(item => item.Index));
        using var next = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/items?state=succeeded&limit=2&after={page.Next}");
        Assert.Equal([4], JsonSerializer.Deserialize(await next.Content.ReadAsStringAsync(Cancel), BatchJson.Default.BatchItemPage)!.Items.Select(item => item.Index));
        using var bad = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}/items?state=done");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var none = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{WorkId.New(TimeProvider.System)}");
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var unchanged = new HttpRequestMessage(HttpMethod.Get, $"/v1/batches/{batch.Id}");
        using (var first = await _service.SendAsync(HttpMethod.Get, $"/v1/batches/{batch.Id}"))
            unchanged.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(first.Headers.ETag!.ToString()));
        using var same = await _service.Api.SendAsync(unchanged, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    private async Task<BatchView> ArchivedAsync(WorkId id, IReadOnlyList<string> results)
    {
        await Client.MakeBatchArchiveAsync(id, results, Cancel);
        return await Client.WaitForBatchAsync(id, archives: true, cancel: Cancel);
    }

    private async Task<List<BatchItemView>> ManifestAsync(WorkId id)
    {
        using var lines = new StreamReader(await Client.OpenBatchManifestAsync(id, cancel: Cancel));
        return [.. (await lines.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize(line, BatchJson.Default.BatchItemView)!)];
    }

    private async Task StoreAsync(string path, byte[] content) => await _service.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);

    private async Task<List<string>> BlobsAsync(string container) =>
        (await _service.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel).ToListAsync(Cancel)).ConvertAll(blob => blob.Name);
}
