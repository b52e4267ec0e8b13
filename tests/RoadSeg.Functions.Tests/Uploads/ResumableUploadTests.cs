using System.Net;
using System.Text;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Photos that come in blocks, by the official storage client, through a break, and more than once.</summary>
public sealed class ResumableUploadTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task The_storage_client_uploads_a_photo_in_blocks_and_the_job_is_about_all_of_it()
    {
        var ticket = await IssueAsync();
        Assert.True(ticket.ExpiresAt > TimeProvider.System.GetUtcNow().AddHours(11));
        using var photo = new MemoryStream(Photos.Street);

        await Blob(ticket).UploadAsync(photo, new BlobUploadOptions { TransferOptions = new StorageTransferOptions { InitialTransferSize = 8192, MaximumTransferSize = 8192 } }, Cancel);

        var job = await Service.EndedAsync(ticket.Id);
        Assert.Equal((JobState.Succeeded, (long)Photos.Street.Length), (job.State, job.Image!.Bytes));
    }

    [Fact]
    public async Task An_upload_that_broke_off_goes_on_with_the_blocks_that_are_missing()
    {
        var ticket = await IssueAsync();
        var parts = Photos.Street.Chunk(10_000).ToArray();
        foreach (var i in Enumerable.Range(0, parts.Length / 2))
            await Blob(ticket).StageBlockAsync(Name(i), new MemoryStream(parts[i]), cancellationToken: Cancel);

        // Another process of the app, which knows what the first had sent.
        foreach (var i in Enumerable.Range(parts.Length / 2, parts.Length - (parts.Length / 2)))
            await Blob(ticket).StageBlockAsync(Name(i), new MemoryStream(parts[i]), cancellationToken: Cancel);
        Assert.Equal(JobState.AwaitingUpload, (await Service.Jobs.FindAsync(ticket.Id, Cancel))!.Value.State);
        await Blob(ticket).CommitBlockListAsync(parts.Select((_, i) => Name(i)), cancellationToken: Cancel);

        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(ticket.Id)).State);
    }

    [Fact]
    public async Task What_is_committed_after_the_job_has_begun_changes_neither_its_mask_nor_its_photo()
    {
        var ticket = await IssueAsync();
        await CommitAsync(ticket, Photos.Street);
        var job = await Service.EndedAsync(ticket.Id);

        await CommitAsync(ticket, Photos.Fixture("grey.jpg"));
        await CommitAsync(ticket, Encoding.ASCII.GetBytes("no photo at all"));
        await TellAsync(ticket);

        var now = await Service.EndedAsync(ticket.Id);
        Assert.Equal((job.State, job.Image, job.Result), (now.State, now.Image, now.Result));
        var overlay = ImageProbe.Read(await Service.GetAsync(job.Links["overlay"] + "?opacity=0.3"), new ImageLimits());
        Assert.Equal((job.Image!.Width, job.Image.Height), (overlay.Width, overlay.Height));
    }

    [Fact]
    public async Task A_resumable_key_reads_and_deletes_nothing_and_reaches_no_other_photo()
    {
        var ticket = await IssueAsync();
        await CommitAsync(ticket, Photos.Street);

        Assert.Equal(403, await RefusedAsync(() => Blob(ticket).DownloadContentAsync(Cancel)));
        Assert.Equal(403, await RefusedAsync(() => Blob(ticket).DeleteAsync(cancellationToken: Cancel)));
        var other = new UriBuilder(ticket.Url) { Path = ticket.Url.AbsolutePath.Replace(ticket.Id.ToString(), "other", StringComparison.Ordinal) }.Uri;
        Assert.Equal(403, await RefusedAsync(() => new BlockBlobClient(other).StageBlockAsync(Name(0), new MemoryStream(Photos.Street), cancellationToken: Cancel)));
    }

    [Fact]
    public async Task A_plain_key_takes_the_photo_whole_and_no_blocks()
    {
        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest());

        Assert.Equal(403, await RefusedAsync(() => Blob(ticket).StageBlockAsync(Name(0), new MemoryStream(Photos.Street), cancellationToken: Cancel)));
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));
    }

    private static string Name(int block) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{block:D6}"));

    private static BlockBlobClient Blob(UploadTicket ticket) => new(ticket.Url);

    private static async Task CommitAsync(UploadTicket ticket, byte[] photo)
    {
        await Blob(ticket).StageBlockAsync(Name(0), new MemoryStream(photo), cancellationToken: Cancel);
        await Blob(ticket).CommitBlockListAsync([Name(0)], cancellationToken: Cancel);
    }

    // Of what lies there now, as its own event may be on its way still.
    private async Task TellAsync(UploadTicket ticket)
    {
        var path = BlobPaths.Upload(ticket.Id);
        var blob = (await Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).GetPropertiesAsync(cancellationToken: Cancel)).Value;
        var created = BlobCreatedEvent.For(Containers.Uploads, path, blob.ETag.ToString(), blob.ContentLength);
        await MessageDelivery.InvokeAsync(Service.Services, "PreprocessUpload", InProcess.Message(created, "late"), Cancel);
    }

    private static async Task<int> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<RequestFailedException>(act)).Status;

    private Task<UploadTicket> IssueAsync() => UploadTickets.IssueAsync(Service.Api, new UploadRequest { FileName = "phone.jpg", Resumable = true });
}
