using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Submissions;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="SubmissionEndpoints"/>. The form has an operation of its own:
/// generators make one method of an operation, for one kind of body.</summary>
internal static class SubmissionDescriptions
{
    private const string Detail =
        "How closely to look. high: also at overlapping tiles nearer to the photo's own resolution, which finds more of what is thin or "
        + "far away and runs the model several times: GET /v1/estimate says how often. Absent: normal.";

    public static RouteHandlerBuilder DescribeSubmitJob(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "submitJob",
                "Segment a photo",
                "Takes a photo of up to 16 MiB as the body. Larger ones go straight into storage: POST /v1/uploads. "
                    + "A form is taken here too, as POST /v1/jobs/form describes it."
            )
            .TakesBody<Stream>(
                true,
                "image/jpeg",
                "image/png",
                "image/webp",
                "image/avif",
                "image/tiff",
                "image/heic",
                "image/heif",
                "application/octet-stream"
            )
            .Takes("fileName", "Your name for the photo, shown with the job.")
            .DescribeSubmission();

    public static RouteHandlerBuilder DescribeSubmitForm(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "submitForm",
                "Segment a photo of a form",
                "Takes a photo of up to 16 MiB as the one file of a form; the file's name is shown with the job. "
                    + "The parameters of the query may be fields of the form instead."
            )
            .TakesBody<Stream>(true, "multipart/form-data")
            .DescribeSubmission();

    public static RouteHandlerBuilder DescribeEstimate(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "estimateJob",
                "What a photo would cost",
                "How often the model would run for a photo of a size, before it is submitted. With own for how many times the photo is "
                    + "larger than the model's input (along the side where that is less), detail=high looks at n x n tiles, n being the "
                    + "least with 1 + 0.75 (n - 1) >= 0.85 own, as far as the service's limit of tiles allows, and once at the whole "
                    + "photo. Where n is 1 it runs once and the result is that of detail=normal."
            )
            .Requires("width", "Width of the photo in pixels, as people see it.", ParameterForms.Whole(1, 65_535))
            .Requires("height", "Height of the photo in pixels.", ParameterForms.Whole(1, 65_535))
            .Takes<JobDetail>("detail", "How closely the photo would be looked at. Absent: normal.")
            .Takes("model", "As for POST /v1/jobs.")
            .Answers<JobEstimate>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelNotFound);

    private static RouteHandlerBuilder DescribeSubmission(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Takes(
                "model",
                "The model to use: name for its live version, name@version for any published one. Absent: the model that serves."
            )
            .Takes(
                "tag",
                "A note of your own as name:value. May be given 16 times, every name once; names of 1 to 64 letters, digits, '.', '_' or "
                    + "'-', values of at most 256 characters.",
                ParameterForms.Several(16, "^[A-Za-z0-9._-]{1,64}:.{0,256}$")
            )
            .Takes<JobPrivacy>(
                "privacy",
                "What is not to be kept of the photo. no-location: position, altitude and direction are never read from it. redact: "
                    + "people, riders and vehicles, or the classes of 'redact', are obscured in the photo that is kept, and the original "
                    + "is deleted when the job has ended, however it ends. Several with commas, or given several times."
            )
            .Takes(
                "redact",
                "Classes to obscure, and with that privacy=redact: names of the model's classes, people, riders, vehicles, or default for "
                    + "these three. Several with commas, or given several times, 32 in all.",
                ParameterForms.Several(32, "^.{1,2048}$")
            )
            .Takes<JobDetail>("detail", Detail)
            .Takes("webhook", "https address to notify when the job has ended.")
            .TakesHeader("Prefer", "wait=N: answer when the job has ended, or after N seconds (0-60), whichever comes first.")
            .TakesHeader(
                "Idempotency-Key",
                "The same key with the same request gets the same job, also after it has ended. Send one and repeat the request as often "
                    + "as you hear no answer.",
                ParameterForms.Key
            )
            .Answers<JobView>(StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Sends("Location", "Address of the job, relative to the service.", StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Sends("Preference-Applied", "The wait that was taken from Prefer.", StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status200OK, StatusCodes.Status202Accepted)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.ImageEmpty,
                ErrorCodes.ImageTooManyBytes,
                ErrorCodes.ImageTooManyPixels,
                ErrorCodes.ImageFormatUnsupported,
                ErrorCodes.ImageAnimated,
                ErrorCodes.ImageCorrupt,
                ErrorCodes.ModelNotFound,
                ErrorCodes.RedactionUnavailable,
                ErrorCodes.WebhooksDisabled,
                ErrorCodes.WebhookUrlInvalid,
                ErrorCodes.IdempotencyConflict,
                ErrorCodes.TooManyJobs,
                ErrorCodes.QueueFull,
                ErrorCodes.TooManyRequests,
                ErrorCodes.RequestTooSlow
            );
}
