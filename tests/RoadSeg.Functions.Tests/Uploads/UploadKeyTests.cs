using System.Net;
using System.Net.Http.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Upload keys: what one is good for, and all it is not good for.</summary>
public sealed class UploadKeyTests(StackFixture stack)
{
    private static readonly HttpClient Storage = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_photo_put_to_its_upload_key_is_segmented_under_the_id_that_was_issued()
    {
        var ticket = await IssueAsync(new UploadRequest { FileName = "phone.jpg", ContentType = "image/jpeg", Tags = new Dictionary<string, string> { ["camera"] = "front" } });
        var waiting = await ShowAsync(ticket.Id);
        Assert.Equal((JobState.AwaitingUpload, "phone.jpg", ticket.ExpiresAt), (waiting.State, waiting.FileName, waiting.UploadExpiresAt));

        Assert.Equal(HttpStatusCode.Created, await PutAsync(ticket, ticket.Url, Photos.Street));

        var job = await stack.EndedAsync(ticket.Id);
        Assert.Equal((JobState.Succeeded, "front"), (job.State, job.Tags!["camera"]));
    }

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
        Assert.Equal(HttpStatusCode.Created, await PutAsync(ticket, ticket.Url, photo));

        var job = await stack.EndedAsync(ticket.Id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((8160, 6144, 6), (job.Image!.Width, job.Image.Height, job.Image.Orientation));
        var mask = MaskPng.Decode(await stack.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((8160, 6144), (mask.Width, mask.Height));
    }

    [Fact]
    public async Task An_upload_key_creates_its_one_blob_and_does_nothing_else()
    {
        var ticket = await IssueAsync(new UploadRequest());
        Assert.Equal(HttpStatusCode.Created, await PutAsync(ticket, ticket.Url, Photos.Fixture("grey.jpg")));

        // Overwrite, read, delete, list, another blob, another container, more rights than signed.
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(ticket, ticket.Url, Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, ticket.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Delete, ticket.Url));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(HttpMethod.Get, new Uri(ContainerOf(ticket) + "?restype=container&comp=list&" + ticket.Url.Query[1..])));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(ticket, new Uri($"{ContainerOf(ticket)}/{WorkId.New(TimeProvider.System)}/image{ticket.Url.Query}"), Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(ticket, new Uri(ticket.Url.ToString().Replace("/uploads/", "/results/", StringComparison.Ordinal)), Photos.Street));
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(ticket, new Uri(ticket.Url.ToString().Replace("sp=c", "sp=cw", StringComparison.Ordinal)), Photos.Street));

        Assert.Equal(JobState.Succeeded, (await stack.EndedAsync(ticket.Id)).State);
        var stored = await stack.Stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id)).DownloadContentAsync(Cancel);
        Assert.Equal(Photos.Fixture("grey.jpg"), stored.Value.Content.ToArray());
    }

    [Fact]
    public async Task Each_upload_has_an_address_of_its_own_and_the_record_never_holds_it()
    {
        var (one, other) = (await IssueAsync(new UploadRequest()), await IssueAsync(new UploadRequest()));

        Assert.NotEqual(one.Id, other.Id);
        Assert.NotEqual(one.Url, other.Url);
        var record = (await stack.Stack.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(one.Id)).DownloadContentAsync(Cancel)).Value.Content.ToString();
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
            using var answer = await stack.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), content, Cancel);
            var problem = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.StatusCode == status && problem.Contains(code, StringComparison.Ordinal), $"{body}: {answer.StatusCode} {problem}");
        }
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

        var large = await IssueAsync(own.Api, new UploadRequest());
        Assert.Equal(50_000, large.MaxBytes);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(large, large.Url, new byte[60_000]));
        var abandoned = await IssueAsync(own.Api, new UploadRequest());

        var refused = await EndedAsync(own, large.Id);
        Assert.Equal((JobState.Failed, "image-too-many-bytes"), (refused.State, refused.Failure!.Code));
        Assert.False(await own.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(large.Id)).ExistsAsync(Cancel));

        Assert.Equal(JobState.Expired, (await EndedAsync(own, abandoned.Id)).State);
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(abandoned, abandoned.Url, Photos.Street));
    }

    [Fact]
    public async Task A_photo_that_comes_after_its_job_was_canceled_is_not_kept()
    {
        var ticket = await IssueAsync(new UploadRequest());
        using var canceled = await stack.Api.DeleteAsync(new Uri($"/v1/jobs/{ticket.Id}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(ticket, ticket.Url, Photos.Street));

        var photo = stack.Stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id));
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (await photo.ExistsAsync(Cancel))
        {
            Assert.True(DateTime.UtcNow < deadline, "The photo of a canceled job stays.");
            await Task.Delay(100, Cancel);
        }

        Assert.Equal(JobState.Canceled, (await ShowAsync(ticket.Id)).State);
    }

    internal static async Task<UploadTicket> IssueAsync(HttpClient api, UploadRequest request)
    {
        using var answer = await api.PostAsJsonAsync(new Uri("/v1/uploads", UriKind.Relative), request, JobJson.Default.UploadRequest, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!;
    }

    internal static async Task<HttpStatusCode> PutAsync(UploadTicket ticket, Uri address, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in ticket.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Storage.SendAsync(request, Cancel);

        // That the blob is there already is told as a conflict where the address is good for creating.
        return answer.StatusCode == HttpStatusCode.Conflict ? HttpStatusCode.Forbidden : answer.StatusCode;
    }

    internal static async Task<JobView> EndedAsync(LocalStack stack, WorkId id)
    {
        JobView? job;
        do
            job = await stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel);
        while (!job!.State.IsTerminal());
        return job;
    }

    private static string ContainerOf(UploadTicket ticket) => ticket.Url.GetLeftPart(UriPartial.Path)[..^$"/{BlobPaths.Upload(ticket.Id)}".Length];

    private static async Task<HttpStatusCode> StatusAsync(HttpMethod method, Uri address)
    {
        using var request = new HttpRequestMessage(method, address);
        using var answer = await Storage.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private Task<UploadTicket> IssueAsync(UploadRequest request) => IssueAsync(stack.Api, request);

    private async Task<JobView> ShowAsync(WorkId id) =>
        (await stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), JobJson.Default.JobView, Cancel))!;
}
