using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Jobs;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="JobEndpoints"/>.</summary>
internal static class JobDescriptions
{
    public static RouteHandlerBuilder DescribeListJobs(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("listJobs", "List your jobs", "Newest first. A page may hold fewer jobs than asked for; go on while there is a next.")
            .Takes<JobState>("state", "Only jobs in this state.")
            .Takes("after", "next of the page before.")
            .Takes("limit", "Jobs a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<JobPage>(StatusCodes.Status200OK)
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

    public static RouteHandlerBuilder DescribeCancelJob(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "cancelJob",
                "Cancel a job",
                "A job that has ended is left as it is; canceling twice is no error. The answer says how the job stands."
            )
            .Answers<JobView>(StatusCodes.Status200OK)
            .SendsVersion(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.JobNotFound);
}
