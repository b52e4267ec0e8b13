using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What is not to be kept of a photo.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobPrivacy>))]
public enum JobPrivacy
{
    /// <summary>Where it was taken: position, altitude and direction are never read from the file, and no answer holds the file's own
    /// notes.</summary>
    [JsonStringEnumMemberName("no-location")]
    NoLocation,
}
