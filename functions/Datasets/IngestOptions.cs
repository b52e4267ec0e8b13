using RoadSeg.Datasets.Files;

namespace RoadSeg.Functions.Datasets;

/// <summary>Bounds of the ingestion of one drop, from app settings.</summary>
internal sealed record IngestOptions
{
    /// <summary>ROADSEG_INGEST_BUDGET: how long one drop may take, below the host's <c>functionTimeout</c>. Default 9 minutes, 1 second to
    /// 1 day.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(9);

    /// <summary>ROADSEG_INGEST_UNPACKED: bytes that the archives of a drop may unpack to; they lie in the temporary folder meanwhile.
    /// Default 20 GiB, 1 MiB to 10 TiB.</summary>
    public long MaxUnpackedBytes { get; init; } = 20L << 30;

    public ZipLimits Archive => new() { MaxTotalBytes = MaxUnpackedBytes };

    public static IngestOptions Read(IConfiguration settings)
    {
        var standard = new IngestOptions();
        return new IngestOptions
        {
            Budget = settings.Duration("ROADSEG_INGEST_BUDGET", standard.Budget, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            MaxUnpackedBytes = settings.Whole("ROADSEG_INGEST_UNPACKED", standard.MaxUnpackedBytes, 1 << 20, 10L << 40),
        };
    }
}
