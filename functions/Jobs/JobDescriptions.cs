using RoadSeg.Capture;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Jobs;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="JobEndpoints"/>.</summary>
internal static class JobDescriptions
{
    public static RouteHandlerBuilder DescribeListJobs(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listJobs",
                "List your jobs",
                "Newest first. A page may hold fewer jobs than asked for; go on while there is a next. With format=geojson those whose "
                    + "photos say where they were taken, as a FeatureCollection (RFC 7946): a point a photo, with its class shares."
            )
            .Takes<JobState>("state", "Only jobs in this state.")
            .Takes(
                "tag",
                "Only jobs with this note, as name:value. May be given several times: all of them must be there.",
                ParameterForms.Several(16, "^[A-Za-z0-9._-]{1,64}:.{0,256}$")
            )
            .Takes("name", "Only photos whose name holds this, in upper or lower case.")
            .Takes("since", "Only jobs that were made at this time or later: RFC 3339, or a date (UTC).")
            .Takes("until", "Only jobs that were made before this time.")
            .Takes("bbox", $"Only photos that were taken within this: {GeoBox.Form}.", ParameterForms.Box)
            .Takes(
                "format",
                "json, or geojson for a point a photo, of the photos that say where they were taken.",
                ParameterForms.OneOf("JobListFormat", "json", "geojson")
            )
            .Takes("after", "next of the page before.")
            .Takes("limit", "Jobs a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<JobPage>(StatusCodes.Status200OK)
            .AnswersAs<JobFeatures>("application/geo+json")
            .Fails(ErrorCodes.RequestInvalid);

    public static RouteHandlerBuilder DescribeGetJob(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getJob",
                "Ask for a job",
                "Costs one small read. With wait it answers when the job has ended; with wait and If-None-Match, when it has changed."
            )
            .Takes("wait", "Seconds to wait.", ParameterForms.Whole(0, JobEndpoints.MaxWaitSeconds))
            .Revalidates()
            .Answers<JobView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound);

    public static RouteHandlerBuilder DescribeRedeliverWebhook(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "redeliverWebhook",
                "Deliver a job's webhook again",
                "Whatever came of it before: an attempt is made at once, and where it fails, more follow as after the job's end. The same "
                    + "webhook-id and the same bytes."
            )
            .Answers<JobView>(StatusCodes.Status202Accepted)
            .Sends("Location", "Address of the job, relative to the service.", StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status202Accepted)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound, ErrorCodes.WebhookNotDue);

    public static RouteHandlerBuilder DescribeCancelJob(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "cancelJob",
                "Cancel a job, or erase it",
                "Without erase: a job that has ended is left as it is; canceling twice is no error. The answer says how the job stands. "
                    + "With erase=true the job is canceled if it has not ended, and all that is kept of it is deleted: photo, results, "
                    + "names and tags; no webhook tells of it. There is no way back, and the job is not found from then on. Erasing twice "
                    + "is no error."
            )
            .Takes("erase", "true deletes all that is kept of the job, the photo too.", ParameterForms.Flag)
            .Answers<JobView>(StatusCodes.Status200OK)
            .Produces(StatusCodes.Status204NoContent)
            .SendsVersion(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound);
}
