using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>Takes a version back by itself that fails on photos, which neither gate nor self-test foresaw: when it became live by a promotion
/// within the last hour and failed on at least five of this process's last twenty photos, and on half of them, the version before is made live.</summary>
internal sealed class RolloutWatch(Rollouts rollouts, ModelRegistry registry, TimeProvider time, ILogger<RolloutWatch> log)
{
    private const int Window = 20;
    private const int Failures = 5;
    private static readonly TimeSpan Watched = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly List<(JobId Job, bool Failed)> _runs = [];
    private ModelPin? _pin;

    /// <summary>Whether a failure of a run may be the version's fault.</summary>
    public static bool Blames(RoadSegException failure) => failure.Code == ErrorCodes.ModelInvalid || failure.Code == ErrorCodes.Internal;

    /// <summary>The version ran on a photo.</summary>
    public void Succeeded(ModelPin pin, JobId job) => Count(pin, job, failed: false);

    /// <summary>The version failed on a photo. Tells nobody when the rollback itself fails: the next failure tries again.</summary>
    public async Task FailedAsync(ModelPin pin, JobId job, CancellationToken cancel)
    {
        if (!Count(pin, job, failed: true))
            return;
        try
        {
            if ((await registry.LiveAsync(pin.Model, cancel))?.Value is not { History: [.., { Kind: "promote" } last] } live
                || live.Version != pin.Version || time.GetUtcNow() - last.At > Watched)
                return;
            Log.RollingBack(log, pin.Model, pin.Version);
            await rollouts.RollBackAsync(pin.Model, "automatic", cancel, pin.Version);
        }
#pragma warning disable CA1031 // The job's own failure is what its caller must hear of.
        catch (Exception e) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.RollbackFailed(log, pin.Model, pin.Version, e);
        }
    }

    // Whether the version is to be taken back. A photo counts once, however often its message comes. Jobs of older versions, which
    // still come for a while after a swap, begin the count anew: it is late by them, never wrong.
    private bool Count(ModelPin pin, JobId job, bool failed)
    {
        lock (_gate)
        {
            if (_pin != pin)
            {
                _pin = pin;
                _runs.Clear();
            }

            _runs.RemoveAll(run => run.Job == job);
            _runs.Add((job, failed));
            if (_runs.Count > Window)
                _runs.RemoveAt(0);
            var bad = _runs.Count(run => run.Failed);
            return bad >= Failures && 2 * bad >= _runs.Count;
        }
    }
}
