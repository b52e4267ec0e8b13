using System.Text.Json.Serialization;

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
