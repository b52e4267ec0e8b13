using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Functions.Models;

/// <summary>Which version serves the jobs that name no model: what the registry's pointer says, or what the app shipped with. Looks at the
/// pointer in the background: the process answers before its model is ready, and another version goes live only when it has proved itself;
/// the one before serves until then.</summary>
internal sealed class LiveModel(ModelPool pool, ModelRegistry registry, ModelOptions options, TimeProvider time, ILogger<LiveModel> log)
    : BackgroundService
{
    // A version that is broken stays so, mostly; looking at it again costs its download.
    private static readonly TimeSpan RefusedFor = TimeSpan.FromMinutes(5);

    // Shorter than the storage client's own retries: a process whose storage is away serves what it shipped with, or says so, at once.
    private static readonly TimeSpan RegistryPatience = TimeSpan.FromSeconds(5);

    private volatile TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ModelLease? _live;
    private volatile string? _notice;
    private Stored<ModelPointer>? _pointer;
    private (string Version, DateTimeOffset Until)? _refused;

    /// <summary>Completed while a version serves. Faulted with model-invalid while none can.</summary>
    public Task Ready => _ready.Task;

    /// <summary>The package that serves; while none does yet, the one that the app shipped with.</summary>
    /// <exception cref="RoadSegException">model-invalid.</exception>
    public ModelPackage Package => _live?.Package ?? pool.Bundled;

    /// <summary>The version that serves; null while none does.</summary>
    public ModelPin? Serving => _live?.Pin;

    /// <summary>Why the version that serves is not the one that should, or that it is slow here; null while all is well.</summary>
    public string? Notice => _notice ?? _live?.Model.Slow;

    /// <summary>The execution provider that runs it, as ONNX Runtime users know it: cpu or cuda.</summary>
    public string Provider => ModelOptions.NameOf(options.Engine.Provider);

    /// <summary>False where no version comes up for a reason that lies in this process and not in the model: a GPU worker whose CUDA
    /// does not work. Waits while the first one is loaded.</summary>
    public async Task<bool> CanServeAsync(CancellationToken cancel)
    {
        var ready = Ready;
        await ready.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        return ready.Exception?.InnerException is not RoadSegException { IsTransient: true };
    }

    /// <summary>The version that a job is pinned to, or the one that serves where it is pinned to none.</summary>
    /// <exception cref="RoadSegException">model-not-found, model-invalid or storage-unavailable.</exception>
    public async Task<ModelLease> UseAsync(ModelPin? pin, CancellationToken cancel)
    {
        if (pin is null)
            await Ready.WaitAsync(cancel);
        return await pool.UseAsync(pin ?? _live!.Pin, cancel);
    }

    public override void Dispose()
    {
        _live?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            _ = pool.Bundled;
        }
        catch (RoadSegException e)
        {
            Log.PackageRefused(log, options.Folder, e);
            Refuse(e);
            return;
        }

        using var timer = new PeriodicTimer(options.Poll, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                pool.LetIdleGo();
            }
#pragma warning disable CA1031 // Serving goes on with the version that serves; the next look tries again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                Log.RegistryUnreadable(log, e);
                Refuse(
                    e as RoadSegException
                        ?? new RoadSegException(ErrorCodes.ModelInvalid, "The model could not be loaded; the service's log says why.", e)
                );
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        var bundled = ModelPin.Of(pool.Bundled.Manifest);
        string? unread = null;
        try
        {
            using var late = new CancellationTokenSource(RegistryPatience, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
            _pointer = await registry.LiveAsync(bundled.Model, _pointer, stop.Token);
        }
#pragma warning disable CA1031 // Whatever storage's client throws: what serves goes on, and what shipped is better than nothing.
        catch (Exception e) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.RegistryUnreadable(log, e);
            unread = "the model registry cannot be read, so that a newer version may be live elsewhere";
        }

        var wanted = bundled with
        {
            Version = _pointer?.Value.Version ?? (unread is null ? bundled.Version : _live?.Pin.Version ?? bundled.Version),
        };
        if (_live?.Pin == wanted)
        {
            _notice = unread;
            _refused = null;
        }
        else if (_refused is not { } refused || refused.Version != wanted.Version || time.GetUtcNow() >= refused.Until)
        {
            await SwapAsync(wanted, bundled, cancel);
            _notice ??= unread;
        }
    }

    private async Task SwapAsync(ModelPin wanted, ModelPin bundled, CancellationToken cancel)
    {
        RoadSegException? failure = null;
        foreach (var candidate in Candidates(wanted, bundled))
        {
            try
            {
                GoLive(await pool.UseAsync(candidate, cancel, live: true));
                break;
            }
            catch (RoadSegException e)
            {
                Log.ModelRefused(log, candidate.Model, candidate.Version, e.Message, e);
                // Where nothing comes up at all, the last reason is the one that a sound package would meet too.
                failure = _live is null ? e : failure ?? e;
            }
        }

        _refused = failure is null ? null : (wanted.Version, time.GetUtcNow() + (failure.IsTransient ? TimeSpan.Zero : RefusedFor));
        _notice = failure is null ? null : $"{wanted.Version} is live in the registry but not here: {failure.Message}";
        if (failure is not null)
            Refuse(failure);
    }

    // Where nothing serves yet, a version that served before is better than none.
    private IEnumerable<ModelPin> Candidates(ModelPin wanted, ModelPin bundled) =>
        _live is not null
            ? [wanted]
            : new[] { wanted, _pointer?.Value.Before is [.., var before] ? wanted with { Version = before } : bundled, bundled }.Distinct();

    // What serves is never taken away by a failure.
    private void Refuse(RoadSegException failure)
    {
        if (_live is not null)
            return;
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        refused.SetException(failure);
        _ = refused.Task.Exception;
        var waiting = _ready;
        _ready = refused;
        if (waiting.TrySetException(failure))
            _ = waiting.Task.Exception;
    }

    private void GoLive(ModelLease lease)
    {
        pool.Keep(lease);
        var before = _live;
        _live = lease;
        before?.Dispose();
        Log.ModelLive(log, lease.Pin.Model, lease.Pin.Version, Provider, before?.Pin.Version);
        if (_ready.Task.IsFaulted)
            _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ready.TrySetResult();
    }
}
