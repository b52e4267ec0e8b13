using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>Addresses to upload a video to, and a track of the same drive: PUT each whole, or in blocks. The batch is asked for when they
/// are there, with the key.</summary>
/// <param name="Key">Names them in <c>POST /v1/batches</c>, as <c>clip.key</c>.</param>
/// <param name="Method">PUT.</param>
/// <param name="Video">Where the video goes. A secret until it expires.</param>
/// <param name="Track">Where a track (GPX) goes, if there is one. A secret until it expires.</param>
/// <param name="Headers">Headers to send with each.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="MaxBytes">Largest video taken.</param>
public sealed record ClipTicket(
    WorkId Key,
    [property: JsonRequired] string Method,
    [property: JsonRequired] Uri Video,
    [property: JsonRequired] Uri Track,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset ExpiresAt,
    long MaxBytes
);
