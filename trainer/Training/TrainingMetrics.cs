using System.Diagnostics.Metrics;
using RoadSeg.Jobs;

namespace RoadSeg.Trainer.Training;

/// <summary>What a run reports to a collector while it goes on.</summary>
internal static class TrainingMetrics
{
    private static readonly Meter Meter = new(JobTrace.Name);

    /// <summary>One update of the weights, waiting for its batches included.</summary>
    public static Histogram<double> StepDuration { get; } =
        Meter.CreateHistogram(
            "roadseg.training.step.duration",
            "s",
            "One update of the weights.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] }
        );
}
