using Azure;

namespace RoadSeg.Work;

/// <summary>A JSON document as read or written, with the ETag that a change must still find.</summary>
public sealed record Stored<T>(T Value, ETag ETag)
    where T : class;
