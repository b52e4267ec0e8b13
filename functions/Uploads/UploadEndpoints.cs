using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Uploads;

/// <summary>POST /v1/uploads: upload keys.</summary>
internal static class UploadEndpoints
{
    private const int MaxBody = 16 * 1024;

    public static void MapUploads(this IEndpointRouteBuilder app) => app.MapPost("/v1/uploads", IssueAsync).DescribeIssueUploadKey();

    private static async Task<IResult> IssueAsync(HttpContext context, [AsParameters] IssueServices services)
    {
        var (jobs, sas, keys, callers, admission, models, webhooks, policy, limits, options, time) = services;
        var cancel = context.RequestAborted;
        var caller = callers.Of(context.Request);
        var wanted = await ReadAsync(context.Request, time, cancel);
        var job = SubmissionOptions
            .Checked(wanted.Model, wanted.Tags, wanted.Privacy, wanted.Redact, wanted.Webhook, webhooks, wanted.Detail)
            .Under(policy);
        await models.RequireAsync(job.Model, cancel);
        await models.RequireClassesAsync(job.Model, job.Privacy, job.Redact, cancel);
        var fileName = SubmittedImage.Shown(wanted.FileName ?? "");

        var key = IdempotencyKeys.Read(context.Request);

        // The other kind of address is another request, also under the same key.
        var resumable = wanted.Resumable == true;
        var digest = IdempotencyKeys.Digest(resumable ? "resumable"u8.ToArray() : [], fileName, job);
        var lane = await admission.AdmitAsync(caller, key, digest, cancel);
        var id = WorkId.New(time, caller);
        if (key is not null)
            id = await keys.ClaimAsync(caller, key, digest, id, cancel);

        var now = time.GetUtcNow();
        var upload = new JobUpload(
            now + (resumable ? Shorter(options.UploadResumable, options.Deadline / 2) : options.UploadValid),
            resumable
        );
        var created = await jobs.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = JobState.AwaitingUpload,
                Caller = caller,
                Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, fileName),
                Upload = upload,
                Times = new JobTimes { CreatedAt = now },
                Model = job.Model,
                Tags = job.Tags,
                Privacy = job.Privacy,
                Detail = job.Detail,
                Redact = job.Redact,
                Webhook = job.Webhook is { } url ? new JobWebhook { Url = url } : null,
                Lane = lane,
                TraceParent = JobTrace.Current?.Id,
            },
            cancel
        );
        if (created.Done)
            RequestSpan.Accepted(created.Document!.Value);
        if (created.Document!.Value.ErasedAt is not null)
            throw IdempotencyKeys.OfErased();

        // A repeated request gets a key for what is left of the first one's time: the job expires by that.
        upload = created.Document!.Value.Upload ?? upload;
        var self = $"/v1/jobs/{id}";
        context.Response.Headers.Location = self;
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new UploadTicket(
                id,
                "PUT",
                await sas.IssueAsync(Containers.Uploads, BlobPaths.Upload(id), upload, cancel),
                Headers(wanted.ContentType),
                upload.ExpiresAt,
                limits.MaxBytes,
                new Dictionary<string, string> { ["self"] = self }
            ),
            JobJson.Plain.UploadTicket,
            statusCode: StatusCodes.Status201Created
        );
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static async Task<UploadRequest> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        if (request.ContentLength == 0)
            return new UploadRequest();
        if (!request.HasJsonContentType())
            throw new RoadSegException(
                ErrorCodes.ContentTypeUnsupported,
                "Describe the upload as application/json, or send no body. The photo itself goes to the address in the answer."
            );
        var body = await RequestBody.ReadAsync(
            request,
            MaxBody,
            time,
            static () =>
                new RoadSegException(
                    ErrorCodes.RequestInvalid,
                    $"The description of an upload has at most {MaxBody} bytes. The photo itself goes to the address in the answer."
                ),
            cancel
        );
        try
        {
            return JsonSerializer.Deserialize(body, JobJson.Default.UploadRequest) ?? new UploadRequest();
        }
        catch (JsonException e)
        {
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The body is not a JSON object with fileName, contentType, resumable, model, tags, privacy, redact and webhook, all "
                    + "optional: "
                    + JsonFault.Of(e),
                e
            );
        }
    }

    private static Dictionary<string, string> Headers(string? contentType)
    {
        var headers = new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" };
        if (contentType is { Length: > 0 and < 100 } type && type.All(c => c is > ' ' and <= '~'))
            headers["Content-Type"] = type;
        return headers;
    }
}
