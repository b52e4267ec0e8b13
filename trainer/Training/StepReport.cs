namespace RoadSeg.Trainer.Training;

/// <summary>An update that was just done.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Total">Updates of the whole run.</param>
/// <param name="StepsPerEpoch">Updates of an epoch.</param>
/// <param name="MeanLoss">Since the last evaluation.</param>
/// <param name="Waited">Time that this run has waited for batches so far.</param>
internal readonly record struct StepReport(long Step, long Total, int StepsPerEpoch, double Loss, double MeanLoss, TimeSpan Waited);
