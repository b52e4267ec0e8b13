namespace RoadSeg.Benchmarks.Peers;

/// <summary>What a process needed for the photos; the JSON that it prints last.</summary>
/// <param name="Seconds">From the first photo after a warm-up to the last mask.</param>
/// <param name="CpuSeconds">Processor time in them, of all its threads.</param>
/// <param name="PeakMebibytes">Its peak resident memory.</param>
internal sealed record PeerCost(double Seconds, double CpuSeconds, double PeakMebibytes);
