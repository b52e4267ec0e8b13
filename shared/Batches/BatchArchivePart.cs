namespace RoadSeg.Batches;

/// <summary>A zip of an archive.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Photos">Photos whose results are in it.</param>
/// <param name="Missing">Photos in between whose results are kept no more.</param>
public sealed record BatchArchivePart(long Bytes, int Photos, int Missing);
