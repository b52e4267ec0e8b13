namespace RoadSeg.Datasets.Files;

/// <summary>A data set that was sent.</summary>
/// <param name="Files">Files uploaded.</param>
/// <param name="Drop">ETag of its <c>dataset.json</c>, unquoted, by which its record is known.</param>
public sealed record PushedDataset(int Files, string Drop);
