using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="TrainingEndpoints"/>.</summary>
internal static class TrainingDescriptions
{
    public static RouteHandlerBuilder DescribeStartTraining(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "startTraining",
                "Train on a data set",
                "Queues a run: a worker learns from a curated data set, publishes a version of the model and puts it through the gate, "
                    + "which lets it go live or says why not."
            )
            .TakesBody<TrainingRequest>(true, "application/json")
            .TakesHeader(
                "Idempotency-Key",
                "The same key with the same request gets the same run, also after it has ended.",
                ParameterForms.Key
            )
            .Answers<TrainingView>(StatusCodes.Status202Accepted)
            .Sends("Location", "Address of the run, relative to the service.", StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status202Accepted)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.OperatorRequired,
                ErrorCodes.DatasetNotFound,
                ErrorCodes.ModelNotFound,
                ErrorCodes.TrainingInvalid,
                ErrorCodes.IdempotencyConflict
            );

    public static RouteHandlerBuilder DescribeListTrainings(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listTrainings",
                "List the training runs",
                "Newest first. A page may hold fewer runs than asked for; go on while there is a next."
            )
            .Takes("after", "next of the page before.")
            .Takes("limit", "Runs a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<TrainingPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid);

    public static RouteHandlerBuilder DescribeGetTraining(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getTraining",
                "Ask for a training run",
                "State, progress and what came of it. With wait it answers when the run has ended; with wait and If-None-Match, when it "
                    + "has changed."
            )
            .Takes("wait", "Seconds to wait.", ParameterForms.Whole(0, TrainingEndpoints.MaxWaitSeconds))
            .Revalidates()
            .Answers<TrainingView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.TrainingNotFound);

    public static RouteHandlerBuilder DescribeCancelTraining(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "cancelTraining",
                "Cancel a training run",
                "A worker stops at its next step. A run that has ended is left as it is; canceling twice is no error. The answer says "
                    + "how the run stands."
            )
            .Answers<TrainingView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.OperatorRequired, ErrorCodes.TrainingNotFound);
}
