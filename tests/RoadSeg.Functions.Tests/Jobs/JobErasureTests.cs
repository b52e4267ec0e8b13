using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>DELETE with erase: nothing of the job is kept that its caller said or sent.</summary>
public sealed class JobErasureTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [InlineData("body")]
    [InlineData("key")]
    [InlineData("resumable")]
    [InlineData("drop")]
    public async Task Nothing_in_storage_holds_the_photo_its_name_or_its_results_any_more(string way)
    {
        var name = $"secret-{Guid.NewGuid():N}.jpg";
        var photo = (byte[])[.. Photos.Street, .. Encoding.ASCII.GetBytes(name)];
        var id = await SentAsync(way, name, photo);
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(id)).State);
        Assert.True((await HoldersAsync(name, id)).Count >= 2);

        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(id));

        Assert.Equal([$"jobs/{BlobPaths.Job(id)}"], (await HoldersAsync(name, id)).Where(holder => !holder.StartsWith("jobs-index/", StringComparison.Ordinal)));
        var left = (await Service.Jobs.FindAsync(id, Cancel))!.Value;
        Assert.Equal((null, null, null), (left.Source.FileName, left.Tags, left.Webhook));
        using var shown = await Service.SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");
        using var mask = await Service.SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/mask");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (shown.StatusCode, mask.StatusCode));
        Assert.DoesNotContain(id.ToString(), await Service.Api.GetStringAsync(new Uri("/v1/jobs?limit=100", UriKind.Relative), Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(id));
    }

    [Fact]
    public async Task A_photo_under_lease_is_erased_all_the_same()
    {
        // The fault: who may write may lease, and storage then deletes for nobody else.
        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest { Resumable = true });
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));
        await new BlobClient(ticket.Url).GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(-1), cancellationToken: Cancel);
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(ticket.Id)).State);

        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(ticket.Id));

        Assert.Empty(await HoldersAsync($"{Guid.NewGuid():N}", ticket.Id, Containers.Uploads, Containers.Results, Containers.Work));
    }

    [Fact]
    public async Task Erasing_a_drop_leaves_the_newer_one_at_its_path()
    {
        var path = $"{Guid.NewGuid():N}/cam1.jpg";
        var older = await Service.DropAsync(path, Photos.Street);
        await Service.EndedAsync(older);
        var newer = await Service.DropAsync(path, Photos.Fixture("grey.jpg"));
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(newer)).State);

        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(older));

        Assert.Equal(Photos.Fixture("grey.jpg"), (await Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).DownloadContentAsync(Cancel)).Value.Content.ToArray());
        using var overlay = await Service.SendAsync(HttpMethod.Get, $"/v1/jobs/{newer}/overlay");
        Assert.Equal(HttpStatusCode.OK, overlay.StatusCode);
    }

    [Fact]
    public async Task A_photo_that_comes_after_its_job_was_erased_is_deleted_and_begins_nothing()
    {
        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest { FileName = "late.jpg" });
        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(ticket.Id));

        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));

        var photo = Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id));
        await Eventually.TrueAsync(async () => !await photo.ExistsAsync(Cancel), "the end of an erased job's photo");
        Assert.Equal(JobState.Canceled, (await Service.Jobs.FindAsync(ticket.Id, Cancel))!.Value.State);
    }

    [Fact]
    public async Task A_run_that_was_under_way_leaves_no_result_behind()
    {
        var id = WorkId.New(TimeProvider.System, Callers.Local);
        var now = TimeProvider.System.GetUtcNow();
        await Service.Jobs.CreateAsync(new JobRecord { Id = id, State = JobState.Running, Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, "a"), Times = new JobTimes { CreatedAt = now } }, Cancel);
        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(id));
        await Service.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, "result")).UploadAsync(BinaryData.FromString("late"), Cancel);

        // The attempt died behind that, and its message comes again.
        var message = Messages.Of(JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(id), JobJson.Default.SegmentationMessage), "again", TimeProvider.System.GetUtcNow());
        await MessageDelivery.InvokeAsync(Service.Services, "SegmentImage", message, Cancel);

        Assert.Empty(await HoldersAsync("late", id, Containers.Results));
    }

    [Fact]
    public async Task Nobody_erases_anothers_job_and_a_word_that_is_no_answer_cancels_nothing()
    {
        var job = await Service.SubmittedAsync(Photos.Street);
        using var stranger = Service.As("a-stranger");

        using var refused = await stranger.DeleteAsync(new Uri($"/v1/jobs/{job.Id}?erase=true", UriKind.Relative), Cancel);
        using var unclear = await Service.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job.Id}?erase=yes");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.BadRequest), (refused.StatusCode, unclear.StatusCode));
        Assert.NotEmpty(await Service.GetAsync(job.Links["mask"]));
    }

    [Fact]
    public async Task Canceling_keeps_what_there_is_and_erasing_does_not()
    {
        var job = await Service.SubmittedAsync(Photos.Street);

        using var canceled = await Service.SendAsync(HttpMethod.Delete, $"/v1/jobs/{job.Id}");
        Assert.Equal(HttpStatusCode.OK, canceled.StatusCode);
        Assert.NotEmpty(await Service.GetAsync(job.Links["mask"]));
    }

    [Fact]
    public async Task The_idempotency_key_of_an_erased_job_is_not_taken_for_a_new_one()
    {
        var key = Guid.NewGuid().ToString();
        async Task<HttpResponseMessage> SubmitAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = new ByteArrayContent(Photos.Street), Headers = { { "Idempotency-Key", key } } };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            return await Service.Api.SendAsync(request, Cancel);
        }

        using var first = await SubmitAsync();
        var id = (await first.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id;
        await Service.EndedAsync(id);
        Assert.Equal(HttpStatusCode.NoContent, await EraseAsync(id));

        using var again = await SubmitAsync();

        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("was erased", await again.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<WorkId> SentAsync(string way, string name, byte[] photo)
    {
        if (way == "drop")
            return await Service.DropAsync($"{Guid.NewGuid():N}/{name}", photo);
        if (way == "body")
        {
            using var body = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
            using var answer = await Service.Api.PostAsync(new Uri($"/v1/jobs?fileName={name}&tag=who:{name}", UriKind.Relative), body, Cancel);
            return (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id;
        }

        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest { FileName = name, Resumable = way == "resumable" });
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, photo));
        return ticket.Id;
    }

    private async Task<HttpStatusCode> EraseAsync(WorkId id)
    {
        using var answer = await Service.SendAsync(HttpMethod.Delete, $"/v1/jobs/{id}?erase=true");
        return answer.StatusCode;
    }

    // Every blob, snapshots included, that has the text or the job's id in its name or holds the text.
    private async Task<List<string>> HoldersAsync(string text, WorkId id, params string[] containers)
    {
        var found = new List<string>();
        foreach (var container in containers.Length > 0 ? containers : [.. Containers.All])
        {
            var client = Service.Blobs.GetBlobContainerClient(container);
            await foreach (var blob in client.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.Snapshots, null, Cancel))
            {
                if (blob.Name.Contains(id.ToString(), StringComparison.Ordinal) || blob.Name.Contains(text, StringComparison.Ordinal) || await HoldsAsync(client.GetBlobClient(blob.Name).WithSnapshot(blob.Snapshot), text))
                    found.Add($"{container}/{blob.Name}");
            }
        }

        return found;
    }

    private static async Task<bool> HoldsAsync(BlobClient blob, string text) =>
        await blob.ExistsAsync(Cancel) && (await blob.DownloadContentAsync(Cancel)).Value.Content.ToMemory().Span.IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
