using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>A file of an archive.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Photos">Photos whose results are in it.</param>
/// <param name="Missing">Photos in between whose results are kept no more.</param>
/// <param name="Address">Where it is, relative to the service.</param>
public sealed record BatchArchivePartView(long Bytes, int Photos, int Missing, [property: JsonRequired] string Address);
