using System.Text.Json.Serialization;
using RoadSeg.Clips;

namespace RoadSeg.Batches;

/// <summary>What is known of the video of a batch, from when its frames were taken.</summary>
/// <param name="Facts">What its file says.</param>
/// <param name="Findings">What else there is to say; empty for most.</param>
/// <param name="Overlay">The video of the classes over the frames; absent until it is made, and once a frame that it shows was
/// erased.</param>
/// <param name="Erased">Frames that were erased since.</param>
public sealed record BatchClip(
    [property: JsonRequired] ClipFacts Facts,
    [property: JsonRequired] IReadOnlyList<ClipFinding> Findings,
    ClipOverlay? Overlay = null,
    int Erased = 0
);
