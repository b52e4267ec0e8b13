using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>What a client asks addresses for, to put files of a data set to.</summary>
/// <param name="Files">Paths within the set with <c>/</c> between folders, 1 to 1000 a call: the files themselves or zips of them.
/// <c>dataset.json</c> is put last: its arrival says that the set is complete.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record DatasetUploadRequest([property: JsonRequired] IReadOnlyList<string> Files);
