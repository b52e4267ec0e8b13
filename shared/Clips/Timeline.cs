using RoadSeg.Labels;

namespace RoadSeg.Clips;

/// <summary>What was seen along a video: the class shares of each frame that was taken.</summary>
public sealed record Timeline
{
    /// <summary>Version of this form.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>Name of the video's file.</summary>
    public required string FileName { get; init; }

    /// <summary>What the file says of itself.</summary>
    public required ClipFacts Clip { get; init; }

    /// <summary>Of each such stretch of the video one frame was taken, in seconds.</summary>
    public required double EverySeconds { get; init; }

    /// <summary>Name of the model; absent until a frame has succeeded.</summary>
    public string? Model { get; init; }

    /// <summary>Version of the model: of the first frame that succeeded.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The model's classes, in id order; empty until a frame has succeeded.</summary>
    public required IReadOnlyList<LabelClass> Classes { get; init; }

    /// <summary>The frames in the order of their times.</summary>
    public required IReadOnlyList<TimelineFrame> Frames { get; init; }

    /// <summary>What else there is to say; empty for most.</summary>
    public IReadOnlyList<ClipFinding> Findings
    {
        get => field ?? [];
        init;
    }
}
