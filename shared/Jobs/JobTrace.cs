using System.Diagnostics;

namespace RoadSeg.Jobs;

/// <summary>A job's trace: it begins with the request or the storage event that made the job, and its <c>traceparent</c>
/// (<see href="https://www.w3.org/TR/trace-context/">W3C Trace Context</see>) goes with the record and with every message about the
/// job.</summary>
public static class JobTrace
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "RoadSeg";

    /// <summary>Attribute of a stage's span and of its metrics: which stage.</summary>
    public const string StageAttribute = "roadseg.stage";

    /// <summary>Where all spans of the service come from.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>The span that is at work, if it is one of ours: the web server and the storage client have their own.</summary>
    public static Activity? Current => Activity.Current is { } current && current.Source == Source ? current : null;

    /// <summary>What a message about a job carries: the span that is at work, where that is of the job's trace, else the one
    /// that the job began with; null for a job without a trace.</summary>
    public static string? Of(JobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Of(job.TraceParent);
    }

    /// <summary>The same by the span that a record began with.</summary>
    public static string? Of(string? began) =>
        Current is { } current && ActivityContext.TryParse(began, null, out var trace) && trace.TraceId == current.TraceId
            ? current.Id
            : began;
}
