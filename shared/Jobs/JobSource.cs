using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>Where the photo lies.</summary>
/// <param name="Container">Container name.</param>
/// <param name="Path">Blob name inside the container.</param>
/// <param name="ETag">Version the job is about, unquoted; null while awaiting the upload.</param>
/// <param name="FileName">The caller's name for the file; shown, never used in a path.</param>
/// <param name="Snapshot">The blob's snapshot that holds that version whatever is stored at the address later; null where nothing can
/// be.</param>
public sealed record JobSource(
    [property: JsonRequired] string Container,
    [property: JsonRequired] string Path,
    string? ETag,
    string? FileName,
    string? Snapshot = null
);
