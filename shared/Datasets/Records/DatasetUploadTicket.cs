using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>Addresses to put files of a data set to, straight into storage: PUT each with the headers, or in blocks.</summary>
/// <param name="Headers">Headers to send with each.</param>
/// <param name="ExpiresAt">Until when. More can be asked for.</param>
/// <param name="Files">One for each path, in the order of the request.</param>
public sealed record DatasetUploadTicket(
    [property: JsonRequired] IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset ExpiresAt,
    [property: JsonRequired] IReadOnlyList<DatasetFileTicket> Files
);
