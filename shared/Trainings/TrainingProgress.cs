namespace RoadSeg.Trainings;

/// <summary>How far a run is.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Of how many.</param>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Of how many.</param>
/// <param name="Loss">Mean training loss since the last evaluation; null before the first update.</param>
/// <param name="MeanIoU">Best mean IoU on val so far, 0-1; null before the first evaluation.</param>
/// <param name="PixelAccuracy">Pixel accuracy of that evaluation, 0-1.</param>
/// <param name="RemainingSeconds">At the pace so far; null while that is unknown.</param>
/// <param name="At">When this was true.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    long Step,
    long Steps,
    double? Loss,
    double? MeanIoU,
    double? PixelAccuracy,
    double? RemainingSeconds,
    DateTimeOffset At
);
