using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What is not to be kept of a photo.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobPrivacy>))]
public enum JobPrivacy
{
    /// <summary>Where it was taken: position, altitude and direction are never read from the file, and the answers that hold the photo
    /// itself hold nothing of the file beside the picture. Time, its offset and the camera stay.</summary>
    [JsonStringEnumMemberName("no-location")]
    NoLocation,
}
