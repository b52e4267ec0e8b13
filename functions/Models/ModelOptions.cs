using RoadSeg.Inference;

namespace RoadSeg.Functions.Models;

/// <summary>Settings of the model that this process serves, from app settings of the same names.</summary>
internal sealed record ModelOptions
{
    /// <summary>ROADSEG_MODEL: folder of the model package. Default: <c>model</c> beside the program.</summary>
    public required string Folder { get; init; }

    /// <summary>ROADSEG_THREADS (0-256, default 0 = all cores) and ROADSEG_PROVIDER (cpu or cuda, default cpu).</summary>
    public required EngineOptions Engine { get; init; }

    public static ModelOptions Read(IConfiguration settings)
    {
        var provider = settings["ROADSEG_PROVIDER"] ?? "cpu";
        if (!Enum.TryParse<ExecutionProvider>(provider, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            throw new InvalidOperationException($"ROADSEG_PROVIDER is '{provider}': write cpu or cuda.");
        return new ModelOptions
        {
            Folder = settings["ROADSEG_MODEL"] is { Length: > 0 } folder ? folder : Path.Combine(AppContext.BaseDirectory, "model"),
            Engine = new EngineOptions { IntraOpThreads = (int)settings.Whole("ROADSEG_THREADS", 0, 0, 256), Provider = parsed },
        };
    }
}
