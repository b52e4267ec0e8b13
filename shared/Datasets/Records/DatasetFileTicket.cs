using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>Where a file of a data set goes.</summary>
/// <param name="Path">Its path within the set.</param>
/// <param name="Url">Address in storage, good for writing this one file. A secret until it expires.</param>
public sealed record DatasetFileTicket([property: JsonRequired] string Path, [property: JsonRequired] Uri Url);
