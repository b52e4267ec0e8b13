using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>Settings of the model that this process serves, from app settings of the same names.</summary>
internal sealed record ModelOptions
{
    /// <summary>ROADSEG_MODEL: folder of the model package. Default: <c>model</c> beside the program.</summary>
    public required string Folder { get; init; }

    /// <summary>ROADSEG_THREADS (0-256, default 0 = all cores), ROADSEG_PROVIDER (cpu or cuda, default cpu) and ROADSEG_PRECISION (which
    /// graph of the package: fp32, fp16 or int8, default fp32).</summary>
    public required EngineOptions Engine { get; init; }

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
            Folder = settings["ROADSEG_MODEL"] is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "model"),
            Engine = new EngineOptions { IntraOpThreads = (int)settings.Whole("ROADSEG_THREADS", 0, 0, 256), Provider = parsed, Precision = graph },
        };
    }
}
