using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Tests.Diagnostics;

/// <summary>The span of an invocation and its stages.</summary>
public sealed class TraceTests : IDisposable
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<Activity> _all = [];
    private readonly ActivityListener _listener;

    // Other tests run beside these and have spans of their own: those are left out.
    private readonly string _name = Guid.NewGuid().ToString();

    public TraceTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == JobTrace.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (_all)
                {
                    if (activity.Recorded)
                        _all.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    private List<Activity> Ended
    {
        get
        {
            lock (_all)
            {
                var own = _all.Where(activity => activity.OperationName == _name).Select(activity => activity.SpanId).ToHashSet();
                return [.. _all.Where(activity => own.Contains(activity.SpanId) || own.Contains(activity.ParentSpanId))];
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Stages_follow_each_other_without_a_gap_from_where_the_job_was_left()
    {
        var left = _time.GetUtcNow() - TimeSpan.FromSeconds(2);
        using (var span = new InvocationSpan(_name, _time))
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            span.Join(Parent);
            span.Waited(StageSpan.WaitSegmentation, left);
            Assert.Equal(5, span.End(StageSpan.Claim));
            _time.Advance(TimeSpan.FromMilliseconds(40));
            span.EndAfter(StageSpan.Infer, TimeSpan.FromMilliseconds(30));
            Assert.Equal(10, span.End(StageSpan.Upsample));
        }

        var stages = Ended.Where(activity => activity.OperationName != _name).ToList();
        Assert.Equal(["wait-segmentation", "claim", "infer", "upsample"], stages.Select(stage => stage.OperationName));
        Assert.All(stages.Zip(stages.Skip(1)), pair => Assert.Equal(pair.First.StartTimeUtc + pair.First.Duration, pair.Second.StartTimeUtc));
        Assert.Equal(TimeSpan.FromSeconds(2.045), TimeSpan.FromTicks(stages.Sum(stage => stage.Duration.Ticks)));
        Assert.All(stages, stage => Assert.Equal("0af7651916cd43dd8448eb211c80319c", stage.TraceId.ToHexString()));
    }

    [Fact]
    public void A_clock_that_was_set_back_makes_no_stage_of_negative_time()
    {
        using (var span = new InvocationSpan(_name, _time))
        {
            span.Join(Parent);
            span.Waited(StageSpan.Upload, _time.GetUtcNow() + TimeSpan.FromSeconds(3), StageSpan.WaitUpload, _time.GetUtcNow() - TimeSpan.FromSeconds(3));
            span.EndAt(StageSpan.Commit, _time.GetUtcNow() - TimeSpan.FromSeconds(1));
        }

        Assert.All(Ended, activity => Assert.True(activity.Duration >= TimeSpan.Zero));
    }

    [Fact]
    public void An_invocation_that_began_a_trace_goes_over_to_the_one_its_job_is_in()
    {
        using (var span = new InvocationSpan(_name, _time))
        {
            span.Join(null);
            Assert.NotNull(span.TraceParent);
            span.Join(Parent);
            span.Join("not a traceparent");
            span.Join(null);
        }

        var only = Assert.Single(Ended);
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (only.TraceId.ToHexString(), only.ParentSpanId.ToHexString()));
    }

    [Fact]
    public void A_message_that_changes_nothing_leaves_no_span()
    {
        using (var span = new InvocationSpan(_name, _time))
        {
            span.Join(null);
            span.Discard();
        }

        Assert.Empty(Ended);
    }

    [Fact]
    public void A_failure_is_noted_and_not_caught()
    {
        using (var span = new InvocationSpan(_name, _time))
        {
            span.Join(Parent);
            Assert.False(span.Fails(new RoadSegException(ErrorCodes.ImageCorrupt, "The JPEG ends early.")));
        }

        var only = Assert.Single(Ended);
        Assert.Equal((ActivityStatusCode.Error, (object?)"image-corrupt"), (only.Status, only.GetTagItem("error.type")));
    }

    [Fact]
    public void Stages_are_timed_without_a_trace_too()
    {
        _listener.Dispose();
        var timed = new List<(double Seconds, object? Stage)>();
        var stage = "test-" + _name;
        using var meters = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Name: "roadseg.stage.duration", Unit: "s", Meter.Name: JobTrace.Name })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        meters.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            lock (timed)
                timed.Add((value, tags[0].Value));
        });
        meters.Start();

        using (var span = new InvocationSpan(_name, _time))
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            span.End(stage);
        }

        lock (timed)
            Assert.Equal(0.02, Assert.Single(timed, entry => Equals(entry.Stage, stage)).Seconds, 1e-9);
    }
}
