using System.Net;
using System.Net.Http.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Upload keys where storage tells of the photo and the host's clock ends what never comes. The rest of them is asked in memory (RoadSeg.Functions.Tests).</summary>
public sealed class UploadKeyTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_photo_put_to_its_upload_key_is_segmented_under_the_id_that_was_issued()
    {
        var ticket = await UploadTickets.IssueAsync(stack.Api, new UploadRequest { FileName = "phone.jpg", ContentType = "image/jpeg", Tags = new Dictionary<string, string> { ["camera"] = "front" } });
        var waiting = (await stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{ticket.Id}", UriKind.Relative), JobJson.Default.JobView, Cancel))!;
        Assert.Equal((JobState.AwaitingUpload, "phone.jpg", ticket.ExpiresAt), (waiting.State, waiting.FileName, waiting.UploadExpiresAt));

        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));

        var job = await stack.EndedAsync(ticket.Id);
        Assert.Equal((JobState.Succeeded, "front"), (job.State, job.Tags!["camera"]));
    }

    [Fact]
    public async Task Expired_keys_are_refused_oversize_uploads_deleted_and_abandoned_ones_expire()
    {
        await using var own = await LocalStack.StartAsync(new LocalStackOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ROADSEG_UPLOAD_VALID"] = "00:00:03", ["ROADSEG_UPLOAD_GRACE"] = "00:00:00", ["ROADSEG_SWEEP_AFTER"] = "00:00:02", ["ROADSEG_MAX_BYTES"] = "50000",
            },
        }, Cancel);

        var large = await UploadTickets.IssueAsync(own.Api, new UploadRequest());
        Assert.Equal(50_000, large.MaxBytes);
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(large, large.Url, new byte[60_000]));
        var abandoned = await UploadTickets.IssueAsync(own.Api, new UploadRequest());

        var refused = await EndedAsync(own, large.Id);
        Assert.Equal((JobState.Failed, "image-too-many-bytes"), (refused.State, refused.Failure!.Code));
        Assert.False(await own.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(large.Id)).ExistsAsync(Cancel));

        Assert.Equal(JobState.Expired, (await EndedAsync(own, abandoned.Id)).State);
        Assert.Equal(HttpStatusCode.Forbidden, await UploadTickets.PutAsync(abandoned, abandoned.Url, Photos.Street));
    }

    internal static async Task<JobView> EndedAsync(LocalStack stack, WorkId id)
    {
        JobView? job;
        do
            job = await stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel);
        while (!job!.State.IsTerminal());
        return job;
    }
}
