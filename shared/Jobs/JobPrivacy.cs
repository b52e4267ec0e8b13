using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What is not to be kept of a photo. Several wishes are written with commas: <c>redact,no-location</c>.</summary>
[Flags]
[JsonConverter(typeof(JobPrivacyConverter))]
public enum JobPrivacy
{
    /// <summary>Where it was taken: position, altitude and direction are never read from the file, and the answers that hold the photo
    /// itself hold nothing of the file beside the picture. Time, its offset and the camera stay.</summary>
    [JsonStringEnumMemberName("no-location")]
    NoLocation = 1,

    /// <summary>People, riders and vehicles, or the classes that <see cref="JobRecord.Redact"/> names: they are obscured in the photo that
    /// is kept, and the original is deleted.</summary>
    [JsonStringEnumMemberName("redact")]
    Redact = 2,
}
