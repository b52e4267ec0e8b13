using System.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Diagnostics;

/// <summary>One invocation as a span of its job's trace, cut into stages. Each stage begins where the one before it ended, and the first
/// where the job was left by the invocation before this one: the stages of a job leave nothing out and overlap nowhere.</summary>
internal sealed class InvocationSpan : IDisposable
{
    private readonly string _function;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly ActivityContext _host;
    private Activity? _activity;
    private DateTimeOffset _boundary;

    /// <summary>The invocation begins now. Its span begins with <see cref="Join"/>, when it is known whose it is.</summary>
    public InvocationSpan(string function, TimeProvider time)
    {
        _function = function;
        _time = time;
        _started = time.GetTimestamp();
        EnteredAt = _boundary = time.GetUtcNow();

        // The worker has a span of its own below the host's invocation: a trace of the host's, to which ours is linked.
        if (Activity.Current is { } invocation)
        {
            _host =
                invocation.ParentSpanId == default
                    ? invocation.Context
                    : new ActivityContext(invocation.TraceId, invocation.ParentSpanId, invocation.ActivityTraceFlags, isRemote: true);
        }
    }

    public DateTimeOffset EnteredAt { get; }

    /// <summary>For the record and the messages of a job; null without a listener.</summary>
    public string? TraceParent => _activity?.Id;

    /// <summary>Goes on with a trace, or begins one. An invocation that is in a trace already changes to another, or stays
    /// where no other is named.</summary>
    public void Join(string? traceParent, WorkId? job = null)
    {
        var named = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        if (_activity is null || (named && parent.TraceId != _activity.TraceId))
        {
            Discard();
            Activity.Current = null;
            ActivityLink[] links = _host.TraceId == default ? [] : [new ActivityLink(_host)];
            _activity = JobTrace.Source.StartActivity(_function, ActivityKind.Consumer, parent, null, links, EnteredAt);
        }

        if (job is { } id)
            _activity?.SetTag("roadseg.job.id", id.ToString());
    }

    /// <summary>The message changes nothing: there is nothing to report.</summary>
    public void Discard()
    {
        if (_activity is null)
            return;
        _activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        _activity.IsAllDataRequested = false;
        _activity.Dispose();
        _activity = null;
    }

    /// <summary>The time before this invocation, from where the job was left: a stage of its own.</summary>
    public void Waited(string stage, DateTimeOffset from)
    {
        from = from < EnteredAt ? from : EnteredAt;
        Write(stage, from, EnteredAt);
        Metrics.Waited(stage[StageSpan.WaitPrefix.Length..], EnteredAt - from);
    }

    /// <summary>The same in two: until the message was sent, and from there on.</summary>
    public void Waited(string before, DateTimeOffset from, string stage, DateTimeOffset sent)
    {
        var start = from < EnteredAt ? from : EnteredAt;
        sent =
            sent < start ? start
            : sent > EnteredAt ? EnteredAt
            : sent;
        Write(before, start, sent);
        Waited(stage, sent);
    }

    /// <summary>Ends the stage that is running; the next one begins.</summary>
    /// <returns>Milliseconds that it took.</returns>
    public double End(string stage) => EndAt(stage, EnteredAt + _time.GetElapsedTime(_started));

    /// <summary>The same, at a time that stands in the record.</summary>
    public double EndAt(string stage, DateTimeOffset at)
    {
        var start = _boundary;
        _boundary = at < start ? start : at;
        Write(stage, start, _boundary);
        return (_boundary - start).TotalMilliseconds;
    }

    /// <summary>Ends a stage whose time something else has measured.</summary>
    public double EndAfter(string stage, TimeSpan took) => EndAt(stage, _boundary + took);

    /// <summary>Notes an exception on its way: a filter that is never true, so that it also sees those that others catch.</summary>
    public bool Fails(Exception e)
    {
        var code = (e as RoadSegException)?.Code.Code ?? e.GetType().Name;
        _activity?.SetStatus(ActivityStatusCode.Error, code);
        _activity?.SetTag("error.type", code);
        return false;
    }

    public void Dispose() => _activity?.Dispose();

    private void Write(string stage, DateTimeOffset from, DateTimeOffset to)
    {
        Metrics.Stage(stage, to - from);
        if (_activity is not null)
            StageSpan.Write(_activity, stage, from, to);
    }
}
