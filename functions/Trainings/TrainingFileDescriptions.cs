using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Trainings;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="TrainingFileEndpoints"/>.</summary>
internal static class TrainingFileDescriptions
{
    public static RouteHandlerBuilder DescribeGetTrainingMetrics(this RouteHandlerBuilder endpoint) =>
        endpoint.Describe(
            "getTrainingMetrics",
            "Get a run's metrics",
            "A JSON object a line: kind start, steps (mean loss and rate of ten updates) and evaluation (scores on val). After a "
                + "worker died some steps come twice: a start takes back what was later."
        );

    public static RouteHandlerBuilder DescribeGetTrainingLog(this RouteHandlerBuilder endpoint) =>
        endpoint.Describe("getTrainingLog", "Get a run's log", "What the trainer said, of all attempts.");

    public static RouteHandlerBuilder DescribeGetTrainingCurves(this RouteHandlerBuilder endpoint) =>
        endpoint.Describe("getTrainingCurves", "Get a run's curves", "Loss and scores over the updates, as PNG.");

    public static RouteHandlerBuilder DescribeGetTrainingSamples(this RouteHandlerBuilder endpoint) =>
        endpoint.Describe(
            "getTrainingSamples",
            "Get a run's samples",
            "Frames of val with truth and prediction of the latest evaluation, as PNG."
        );

    public static RouteHandlerBuilder DescribeGetTrainingWorst(this RouteHandlerBuilder endpoint) =>
        endpoint.Describe(
            "getTrainingWorst",
            "Get a run's worst frames",
            "The frames of val with the lowest scores of the latest evaluation, as PNG."
        );
}
