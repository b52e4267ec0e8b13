using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>The right to run a version: it stays in memory until this is disposed.</summary>
internal sealed class ModelLease(ModelPool pool, LoadedModel model) : IDisposable
{
    private int _disposed;

    public LoadedModel Model => model;

    public ModelPin Pin => model.Pin;

    public ModelPackage Package => model.Package!;

    public SegmentationEngine Engine => model.Engine!;

    /// <summary>What a result says of the model that made it.</summary>
    public JobResult Describe(int attempt)
    {
        var manifest = Package.Manifest;
        return new JobResult(
            attempt,
            manifest.Name,
            manifest.Version,
            manifest.Files[manifest.Graphs[Engine.Options.Precision]].Sha256,
            ModelOptions.NameOf(Engine.Provider)
        );
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            pool.Release(model);
    }
}
