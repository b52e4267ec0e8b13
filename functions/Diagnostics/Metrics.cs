using System.Diagnostics;
using System.Diagnostics.Metrics;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Diagnostics;

/// <summary>What the app counts and times: docs/operate.md says what each means. Attributes are of closed lists or as many as there
/// are model versions; never an id, a caller, a file name or an address.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new(JobTrace.Name);

    private static readonly Histogram<double> Stages = Seconds(
        "roadseg.stage.duration",
        "Time of one stage of a job.",
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    );

    private static readonly Histogram<double> TimesInQueue = Seconds(
        "roadseg.job.time_in_queue",
        "From the moment a job could go on to the moment a worker took it.",
        [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400]
    );

    private static readonly Histogram<double> Durations = Seconds(
        "roadseg.job.duration",
        "From the job's record to its end.",
        [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400]
    );

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "roadseg.job.failures",
        "{job}",
        "Jobs that failed, by code."
    );

    private static readonly Histogram<int> BatchSizes = Meter.CreateHistogram(
        "roadseg.inference.batch_size",
        "{image}",
        "Photos in one run of the model.",
        advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64] }
    );

    private static readonly Counter<long> Webhooks = Meter.CreateCounter<long>(
        "roadseg.webhook.attempts",
        "{attempt}",
        "Attempts to notify a receiver, by outcome."
    );

    public static void Stage(string stage, TimeSpan took) =>
        Stages.Record(Math.Max(0, took.TotalSeconds), new KeyValuePair<string, object?>(JobTrace.StageAttribute, stage));

    public static void Waited(string queue, TimeSpan time) =>
        TimesInQueue.Record(Math.Max(0, time.TotalSeconds), new KeyValuePair<string, object?>("roadseg.queue", queue));

    public static void Ran(int photos, JobResult model) => BatchSizes.Record(photos, Of(model));

    /// <summary>A job has come to its end, in this process.</summary>
    public static void Ended(JobRecord job)
    {
        var tags = job.Result is { } model ? Of(model) : default;
        tags.Add("roadseg.job.state", job.State.Name());
        if (job.Failure is { } failure)
        {
            tags.Add("error.type", failure.Code);
            Failures.Add(1, new KeyValuePair<string, object?>("error.type", failure.Code));
        }

        Durations.Record(Math.Max(0, (job.Times.FinishedAt - job.Times.CreatedAt)?.TotalSeconds ?? 0), tags);
    }

    public static void Notified(string outcome) => Webhooks.Add(1, new KeyValuePair<string, object?>("roadseg.webhook.outcome", outcome));

    /// <summary>Readings that another part takes at its own pace.</summary>
    public static void Watch(Func<IEnumerable<Measurement<long>>> depths, Func<IEnumerable<Measurement<double>>> ages, Func<int> ready)
    {
        Meter.CreateObservableGauge("roadseg.queue.depth", depths, "{message}", "Messages in a queue, those being worked on included.");
        Meter.CreateObservableGauge("roadseg.queue.oldest_age", ages, "s", "Age of the oldest message that waits; 0 where none does.");
        Meter.CreateObservableGauge("roadseg.ready", ready, "1", "1 while the process can do its work, 0 while it cannot.");
    }

    private static TagList Of(JobResult model) =>
        new()
        {
            { "roadseg.model.name", model.Model },
            { "roadseg.model.version", model.ModelVersion },
            { "roadseg.provider", model.Provider },
        };

    private static Histogram<double> Seconds(string name, string description, double[] bounds) =>
        Meter.CreateHistogram(name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
}
