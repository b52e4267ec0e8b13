using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>Settings of the model that this process serves, from app settings of the same names.</summary>
internal sealed record ModelOptions
{
    /// <summary>ROADSEG_MODEL: name of a package of <c>models</c> beside the program, or the folder of any other. Default:
    /// <c>default</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>ROADSEG_THREADS (0-256, default 0 = all cores), ROADSEG_PROVIDER (cpu or cuda, default cpu) and ROADSEG_PRECISION (which
    /// graph of the package: fp32, fp16 or int8, default fp32).</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>ROADSEG_MODEL_POLL: how often the registry is looked at for another live version, 0.1 s to 1 h, default 10 s.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>ROADSEG_MODEL_CACHE: folder of downloaded packages, which processes may share. Default: below the temporary
    /// folder.</summary>
    public string Cache { get; init; } = DefaultCache;

    /// <summary>ROADSEG_MODELS_LOADED: versions in memory beside the live one, 1-8, default 2. Swapping takes one of them.</summary>
    public int Kept { get; init; } = 2;

    private static string DefaultCache => Path.Combine(Path.GetTempPath(), "roadseg-models");

    /// <summary>cpu or cuda.</summary>
    public static string NameOf(ExecutionProvider provider) => provider == ExecutionProvider.Cuda ? "cuda" : "cpu";

    public static ModelOptions Read(IConfiguration settings)
    {
        var provider = settings["ROADSEG_PROVIDER"] ?? "cpu";
        if (!Enum.TryParse<ExecutionProvider>(provider, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            throw new InvalidOperationException($"ROADSEG_PROVIDER is '{provider}': write cpu or cuda.");
        var precision = settings["ROADSEG_PRECISION"] ?? "fp32";
        if (!Enum.TryParse<Precision>(precision, ignoreCase: true, out var graph) || !Enum.IsDefined(graph))
            throw new InvalidOperationException($"ROADSEG_PRECISION is '{precision}': write fp32, fp16 or int8.");
        return new ModelOptions
        {
            Folder = ShippedModels.FolderOf(Path.Combine(AppContext.BaseDirectory, "models"), settings["ROADSEG_MODEL"]),
            Engine = new EngineOptions
            {
                IntraOpThreads = (int)settings.Whole("ROADSEG_THREADS", 0, 0, 256),
                Provider = parsed,
                Precision = graph,
            },
            Poll = settings.Duration("ROADSEG_MODEL_POLL", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(0.1), TimeSpan.FromHours(1)),
            Cache = settings["ROADSEG_MODEL_CACHE"] is { Length: > 0 } cache ? Path.GetFullPath(cache) : DefaultCache,
            Kept = (int)settings.Whole("ROADSEG_MODELS_LOADED", 2, 1, 8),
        };
    }
}
