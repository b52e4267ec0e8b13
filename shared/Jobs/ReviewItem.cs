using System.Text.Json.Serialization;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A photo that is worth a person's look, and then a place in the next data set.</summary>
/// <param name="Id">Its job.</param>
/// <param name="CreatedAt">When the job was made.</param>
/// <param name="FileName">The caller's name for the photo.</param>
/// <param name="Model">The version that made the mask.</param>
/// <param name="Reasons">Why it is listed.</param>
/// <param name="Confidence">Mean softmax probability of its pixels' classes, 0-1; absent for models that answer class ids.</param>
/// <param name="Weakest">The class that the model is least sure of, among those with a hundredth of the pixels.</param>
/// <param name="Disagreement">Share of the pixels, 0-1, on which a new version differed from the one that was live when it was judged;
/// absent where none was compared.</param>
/// <param name="Other">That new version, which saw something else.</param>
/// <param name="Reviewed">Whether a person has reviewed its mask already.</param>
/// <param name="Links">job, mask, overlay, and confidence and review where there is one.</param>
public sealed record ReviewItem(
    WorkId Id,
    DateTimeOffset CreatedAt,
    string? FileName,
    [property: JsonRequired] ModelPin Model,
    [property: JsonRequired] IReadOnlyList<ReviewReason> Reasons,
    double? Confidence,
    string? Weakest,
    double? Disagreement,
    ModelPin? Other,
    bool Reviewed,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
);
