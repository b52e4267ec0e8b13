using System.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>The model this process serves. Loads in the background: the process answers before its model is ready, and
/// says on <c>/health/ready</c> when it is or why it never will be.</summary>
internal sealed class LiveModel : BackgroundService
{
    private readonly TaskCompletionSource<SegmentationEngine> _engine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ModelOptions _options;
    private readonly ILogger<LiveModel> _log;
    private readonly Lazy<ModelPackage> _package;

    public LiveModel(ModelOptions options, ILogger<LiveModel> log)
    {
        _options = options;
        _log = log;
        _package = new Lazy<ModelPackage>(() => ModelPackage.Load(options.Folder));
    }

    /// <summary>The verified package: enough to preprocess by.</summary>
    /// <exception cref="RoadSegException">model-invalid.</exception>
    public ModelPackage Package => _package.Value;

    /// <summary>The engine, when loaded and past its self-test. Faulted with model-invalid when it cannot be.</summary>
    public Task<SegmentationEngine> Engine => _engine.Task;

    /// <summary>What a result says of the model that made it.</summary>
    public JobResult Describe(int attempt)
    {
        var manifest = Package.Manifest;
        return new JobResult(
            attempt, manifest.Name, manifest.Version, manifest.Files[manifest.Graphs[_options.Engine.Precision]].Sha256, Provider);
    }

    /// <summary>The execution provider that runs it, as ONNX Runtime users know it: cpu or cuda.</summary>
    public string Provider => _options.Engine.Provider == ExecutionProvider.Cuda ? "cuda" : "cpu";

    public override void Dispose()
    {
        if (_engine.Task.IsCompletedSuccessfully)
            _engine.Task.Result.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(Load, stoppingToken);

    private void Load()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var engine = SegmentationEngine.Load(Package, _options.Engine);
            engine.SelfTest();
            Log.ModelLive(_log, Package.Manifest.Name, Package.Manifest.Version, Provider, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            _engine.SetResult(engine);
        }
#pragma warning disable CA1031 // Kept and rethrown to whoever asks for the engine; readiness reports it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.ModelRefused(_log, _options.Folder, e);
            _engine.SetException(e as RoadSegException
                ?? new RoadSegException(ErrorCodes.ModelInvalid, "The model could not be loaded; the service's log says why.", e));
            _ = _engine.Task.Exception;
        }
    }
}

internal static class ModelServices
{
    public static void AddModel(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(ModelOptions.Read(settings));
        services.AddSingleton<LiveModel>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveModel>());
    }
}
