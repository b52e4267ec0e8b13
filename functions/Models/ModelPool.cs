using System.Diagnostics;
using Azure;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Models;

/// <summary>The versions in memory: the live one and a few others (ROADSEG_MODELS_LOADED). A version is loaded when somebody asks for it,
/// off the serving path and one at a time; when there are too many, the one that was used longest ago goes as soon as nobody uses
/// it.</summary>
internal sealed class ModelPool(ModelOptions options, ModelRegistry registry, TimeProvider time, ILogger<ModelPool> log) : IDisposable
{
    private static readonly TimeSpan KeptIdle = TimeSpan.FromMinutes(10);

    // A package is needed on disk while it is loaded only.
    private static readonly TimeSpan KeptOnDisk = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _loading = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<ModelPin, LoadedModel> _models = [];
    private readonly Lazy<ModelPackage> _bundled = new(() => ModelPackage.Load(options.Folder));

    /// <summary>The package that the app shipped with, verified.</summary>
    /// <exception cref="RoadSegException">model-invalid.</exception>
    public ModelPackage Bundled => _bundled.Value;

    /// <summary>A version to run, until the lease is disposed. Waits while it is loaded, hash-checked and self-tested.</summary>
    /// <param name="pin">The version.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <param name="live">It is to be the live one: not let go between here and <see cref="Keep"/>.</param>
    /// <exception cref="RoadSegException">model-not-found, model-invalid or storage-unavailable.</exception>
    public async Task<ModelLease> UseAsync(ModelPin pin, CancellationToken cancel, bool live = false)
    {
        LoadedModel? model;
        lock (_gate)
        {
            if (!_models.TryGetValue(pin, out model))
            {
                _models[pin] = model = new LoadedModel(pin);
                var loaded = model;
                model.Loading = Task.Run(() => LoadAsync(loaded), CancellationToken.None);
            }

            model.Leases++;
            model.IsLive |= live;
        }

        try
        {
            await model.Loading.WaitAsync(cancel);
            return new ModelLease(this, model);
        }
        catch
        {
            Release(model);
            throw;
        }
    }

    /// <summary>Makes a version the one that is never let go.</summary>
    public void Keep(ModelLease lease)
    {
        lock (_gate)
        {
            foreach (var model in _models.Values)
                model.IsLive = model == lease.Model;
        }
    }

    /// <summary>Lets go of versions that nobody used for a while.</summary>
    public void LetIdleGo()
    {
        List<LoadedModel> idle;
        lock (_gate)
        {
            idle =
            [
                .. _models.Values.Where(model =>
                    model is { Engine: not null, IsLive: false, Leases: 0 } && time.GetElapsedTime(model.LastUse) > KeptIdle
                ),
            ];
            foreach (var model in idle)
                _models.Remove(model.Pin);
        }

        foreach (var model in idle)
            End(model);
    }

    public void Release(LoadedModel model)
    {
        bool ended;
        lock (_gate)
        {
            model.LastUse = time.GetTimestamp();
            ended = --model.Leases == 0 && model.Retired;
        }

        if (ended)
            End(model);
    }

    public void Dispose()
    {
        _stop.Cancel();
        lock (_gate)
        {
            foreach (var model in _models.Values)
                model.Engine?.Dispose();
            _models.Clear();
        }
    }

    private async Task LoadAsync(LoadedModel model)
    {
        try
        {
            await _loading.WaitAsync(_stop.Token);
            try
            {
                await MakeRoomAsync();
                await LoadNowAsync(model);
            }
            finally
            {
                _loading.Release();
            }
        }
        catch (Exception e)
        {
            lock (_gate)
                _models.Remove(model.Pin);
            throw Explained(e);
        }
    }

    private async Task LoadNowAsync(LoadedModel model)
    {
        var package = IsBundled(model.Pin) ? Bundled : await DownloadAsync(model.Pin);
        var started = Stopwatch.GetTimestamp();
        var engine = SegmentationEngine.Load(package, options.Engine);
        try
        {
            var test = engine.SelfTest();
            lock (_gate)
            {
                _stop.Token.ThrowIfCancellationRequested();
                (model.Package, model.Engine, model.Slow) = (package, engine, test?.Slow);
            }
        }
        catch
        {
            engine.Dispose();
            throw;
        }

        if (model.Slow is { } slow)
            Log.ModelSlow(log, model.Pin.Model, model.Pin.Version, slow);
        Log.ModelLoaded(log, model.Pin.Model, model.Pin.Version, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    private async Task<ModelPackage> DownloadAsync(ModelPin pin)
    {
        var package = await registry.DownloadAsync(pin.Model, pin.Version, options.Cache, _stop.Token);
        VersionCache.Used(package.Folder, time.GetUtcNow());
        VersionCache.Trim(options.Cache, KeptOnDisk, time.GetUtcNow());
        return package;
    }

    // One in use is let go only where all are; it takes no new job, and the jobs it has end without waiting for anything that is loaded.
    private async Task MakeRoomAsync()
    {
        while (true)
        {
            LoadedModel victim;
            bool idle;
            lock (_gate)
            {
                var loaded = _models.Values.Where(model => model.Engine is not null).ToList();
                var others = loaded.Where(model => !model.IsLive).ToList();

                // During a swap two are live, one of which is to be one of the others.
                if (others is [] || others.Count + Math.Max(0, loaded.Count - others.Count - 1) < options.Kept)
                    return;
                victim = others.OrderBy(model => model.Leases > 0).ThenBy(model => model.LastUse).First();
                _models.Remove(victim.Pin);
                victim.Retired = true;
                idle = victim.Leases == 0;
            }

            if (idle)
                End(victim);
            await victim.Ended.WaitAsync(_stop.Token);
        }
    }

    private void End(LoadedModel model)
    {
        model.Engine!.Dispose();
        Log.ModelUnloaded(log, model.Pin.Model, model.Pin.Version);
        model.End();
    }

    private bool IsBundled(ModelPin pin)
    {
        try
        {
            return ModelPin.Of(Bundled.Manifest) == pin;
        }
        catch (RoadSegException)
        {
            return false;
        }
    }

    private static Exception Explained(Exception e) =>
        e switch
        {
            RoadSegException or OperationCanceledException => e,
            RequestFailedException or AggregateException => new RoadSegException(
                ErrorCodes.StorageUnavailable,
                "The model registry's storage did not answer. Try again later.",
                e
            ),
            IOException or UnauthorizedAccessException => new RoadSegException(
                ErrorCodes.Internal,
                "The model could not be kept on this machine's disk; the service's log says why.",
                e
            ),
            _ => new RoadSegException(ErrorCodes.ModelInvalid, "The model could not be loaded; the service's log says why.", e),
        };
}
