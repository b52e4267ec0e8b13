using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>A video whose frames are to be the photos of a batch: the one that was uploaded by a key of <c>POST /v1/clips</c>, or one of
/// container <c>batches</c>.</summary>
/// <param name="Key">The key. A track that was uploaded beside the video gives each frame its position.</param>
/// <param name="File">Name of a video in container <c>batches</c>; beside <c>batch.json</c> within its folder.</param>
/// <param name="Gpx">Name of its track (GPX), given as <paramref name="File"/> is; goes with it.</param>
/// <param name="FileName">The caller's name for the video, at most 255 characters; shown, never used in a path.</param>
/// <param name="Every">One frame is taken of each such stretch of the video, in seconds: 0.1 to 60, default 1.</param>
/// <param name="Frames">Frames at most: 1 to 3,000, default 300.</param>
/// <param name="Start">When the video began, RFC 3339; as its file says where this is absent.</param>
public sealed record ClipRequest(
    WorkId? Key = null,
    string? File = null,
    string? Gpx = null,
    string? FileName = null,
    double? Every = null,
    int? Frames = null,
    string? Start = null
);
