using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>An upload key: PUT the photo to the address with the headers.</summary>
/// <param name="Id">The job, which exists from now on.</param>
/// <param name="Method">PUT.</param>
/// <param name="Url">Address in storage, good for creating this one blob and nothing else; where the request said <c>resumable</c>, also
/// for its blocks. A secret until it expires.</param>
/// <param name="Headers">Headers to send with it.</param>
/// <param name="ExpiresAt">Until when.</param>
/// <param name="MaxBytes">Largest photo taken; a larger one is deleted and its job fails.</param>
/// <param name="Links">self: the job.</param>
public sealed record UploadTicket(
    WorkId Id,
    [property: JsonRequired] string Method,
    [property: JsonRequired] Uri Url,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset ExpiresAt,
    long MaxBytes,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
);
