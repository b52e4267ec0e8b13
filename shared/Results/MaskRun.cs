namespace RoadSeg.Results;

/// <summary>Pixels of one class that lie side by side in a row of a mask.</summary>
/// <param name="Row">Row, from 0.</param>
/// <param name="Start">First column.</param>
/// <param name="End">Column after the last.</param>
public readonly record struct MaskRun(int Row, int Start, int End);
