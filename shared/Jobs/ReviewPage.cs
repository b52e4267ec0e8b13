using System.Text.Json.Serialization;
using RoadSeg.Models;

namespace RoadSeg.Jobs;

/// <summary>Why a photo is worth a person's look.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReviewReason>))]
public enum ReviewReason
{
    /// <summary>The model is unsure of it.</summary>
    [JsonStringEnumMemberName("confidence")]
    Confidence,

    /// <summary>Another version of the model saw something else.</summary>
    [JsonStringEnumMemberName("disagreement")]
    Disagreement,
}

/// <summary>A photo that is worth a person's look, and then a place in the next data set.</summary>
/// <param name="Id">Its job.</param>
/// <param name="CreatedAt">When the job was made.</param>
/// <param name="FileName">The caller's name for the photo.</param>
/// <param name="Model">The version that made the mask.</param>
/// <param name="Reasons">Why it is listed.</param>
/// <param name="Confidence">Mean softmax probability of its pixels' classes, 0-1; absent for models that answer class ids.</param>
/// <param name="Weakest">The class that the model is least sure of, among those with a hundredth of the pixels.</param>
/// <param name="Disagreement">Share of the pixels, 0-1, on which a new version differed from the one that was live when it was judged; absent where none was compared.</param>
/// <param name="Links">job, mask, overlay, and confidence where there is one.</param>
public sealed record ReviewItem(
    JobId Id, DateTimeOffset CreatedAt, string? FileName, [property: JsonRequired] ModelPin Model, [property: JsonRequired] IReadOnlyList<ReviewReason> Reasons, double? Confidence, string? Weakest, double? Disagreement,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links);

/// <summary>A page of photos worth a look, newest first.</summary>
/// <param name="Items">The photos; fewer than asked for where few of the jobs looked at are listed.</param>
/// <param name="Next">Give it as <c>after</c> to go on; absent at the end.</param>
public sealed record ReviewPage([property: JsonRequired] IReadOnlyList<ReviewItem> Items, string? Next);
