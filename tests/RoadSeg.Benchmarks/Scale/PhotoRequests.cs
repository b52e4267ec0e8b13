namespace RoadSeg.Benchmarks.Scale;

/// <summary>Storage operations of one photo by <c>POST /v1/jobs</c>, counted by <c>bench storage</c>.</summary>
/// <param name="When">Which state of the code.</param>
/// <param name="Writes">Writes and listings of blobs.</param>
/// <param name="Reads">Reads of blobs.</param>
/// <param name="Queue">Queue operations, receives included.</param>
internal sealed record PhotoRequests(string When, double Writes, double Reads, double Queue)
{
    /// <summary>docs/measurements/storage-requests-2026-11-23.md.</summary>
    public static PhotoRequests Before { get; } = new("before", 12.2, 5, 8.3);

    /// <summary>docs/measurements/storage-requests-2026-11-29.md.</summary>
    public static PhotoRequests Now { get; } = new("now", 7.2, 2.4, 4.9);
}
