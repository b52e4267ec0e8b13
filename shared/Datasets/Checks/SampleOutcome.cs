using RoadSeg.Datasets.Layouts;

namespace RoadSeg.Datasets.Checks;

/// <summary>What reading a pair came to.</summary>
/// <param name="Pair">Which.</param>
/// <param name="Sample">What was read; null where it could not be.</param>
/// <param name="Usable">True when it may go into the curated set.</param>
/// <param name="Faults">Findings.</param>
internal sealed record SampleOutcome(SamplePair Pair, Sample? Sample, bool Usable, IReadOnlyList<DatasetFault> Faults);
