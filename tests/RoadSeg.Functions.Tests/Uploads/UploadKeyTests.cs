using System.Net;
using System.Net.Http.Json;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Upload keys: what one is good for, and all it is not good for.</summary>
public sealed class UploadKeyTests(ServiceFixture fixture)
{
    private static readonly HttpClient Storage = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task A_phone_photo_of_50_megapixels_held_sideways_goes_through()
    {
        var upright = Photos.Upright();
        var large = new RgbImage(8160, 6144, new byte[8160 * 6144 * 3]);
        for (var y = 0; y < large.Height; y++)
        {
            for (var x = 0; x < large.Width; x++)
                upright.Pixels.AsSpan(((y * upright.Height / large.Height * upright.Width) + (x * upright.Width / large.Width)) * 3, 3).CopyTo(large.Pixels.AsSpan(((y * large.Width) + x) * 3));
        }

        var photo = Photos.Oriented(large, 6);
        var ticket = await IssueAsync(new UploadRequest());
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, photo));

        var job = await Service.EndedAsync(ticket.Id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((8160, 6144, 6), (job.Image!.Width, job.Image.Height, job.Image.Orientation));
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((8160, 6144), (mask.Width, mask.Height));
    }

    [Fact]
    public async Task An_upload_key_creates_its_one_blob_and_does_nothing_else()
    {
        var ticket = await IssueAsync(new UploadRequest());
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Fixture("grey.jpg")));

        // Overwrite, read, delete, list, another blob, another container, more rights than signed.
        Assert.Equal(HttpStatusCode.Forbidden, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, ticket.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Delete, ticket.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, new Uri(ContainerOf(ticket) + "?restype=container&comp=list&" + ticket.Url.Query[1..])));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadTickets.PutAsync(ticket, new Uri($"{ContainerOf(ticket)}/{WorkId.New(TimeProvider.System)}/image{ticket.Url.Query}"), Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadTickets.PutAsync(ticket, new Uri(ticket.Url.ToString().Replace("/uploads/", "/results/", StringComparison.Ordinal)), Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await UploadTickets.PutAsync(ticket, new Uri(ticket.Url.ToString().Replace("sp=c", "sp=cw", StringComparison.Ordinal)), Photos.Street));

        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(ticket.Id)).State);
        var stored = await Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id)).DownloadContentAsync(Cancel);
        Assert.Equal(Photos.Fixture("grey.jpg"), stored.Value.Content.ToArray());
    }

    [Fact]
    public async Task Each_upload_has_an_address_of_its_own_and_the_record_never_holds_it()
    {
        var (one, other) = (await IssueAsync(new UploadRequest()), await IssueAsync(new UploadRequest()));

        Assert.NotEqual(one.Id, other.Id);
        Assert.NotEqual(one.Url, other.Url);
        var record = (await Service.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(one.Id)).DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.DoesNotContain("sig=", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_for_an_upload_key_that_cannot_be_read_says_what_it_should_be()
    {
        foreach (var (body, type, status, code) in new[]
        {
            ("{\"tags\":[]}", "application/json", HttpStatusCode.BadRequest, "request-invalid"),
            ("{\"tags\":{\"a b\":\"c\"}}", "application/json", HttpStatusCode.BadRequest, "request-invalid"),
            ("{\"model\":\"nobody\"}", "application/json", HttpStatusCode.NotFound, "model-not-found"),
            ("fileName=a", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType, "content-type-unsupported"),
            ($"{{\"fileName\":\"{new string('a', 20_000)}\"}}", "application/json", HttpStatusCode.BadRequest, "request-invalid"),
        })
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, type);
            using var answer = await Service.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), content, Cancel);
            var problem = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == status && problem.Contains(code, StringComparison.Ordinal), $"{body}: {answer.StatusCode} {problem}");
        }
    }

    [Fact]
    public async Task A_photo_that_comes_after_its_job_was_canceled_is_not_kept()
    {
        var ticket = await IssueAsync(new UploadRequest());
        using var canceled = await Service.Api.DeleteAsync(new Uri($"/v1/jobs/{ticket.Id}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street));

        var photo = Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id));
        await Eventually.TrueAsync(async () => !await photo.ExistsAsync(Cancel), "the end of a canceled job's photo");

        Assert.Equal(JobState.Canceled, (await ShowAsync(ticket.Id)).State);
    }

    private static string ContainerOf(UploadTicket ticket) => ticket.Url.GetLeftPart(UriPartial.Path)[..^$"/{BlobPaths.Upload(ticket.Id)}".Length];

    private static async Task<HttpStatusCode> StatusAsync(HttpMethod method, Uri address)
    {
        using var request = new HttpRequestMessage(method, address);
        using var answer = await Storage.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private Task<UploadTicket> IssueAsync(UploadRequest request) => UploadTickets.IssueAsync(Service.Api, request);

    private async Task<JobView> ShowAsync(WorkId id) =>
        (await Service.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), JobJson.Default.JobView, Cancel))!;
}
