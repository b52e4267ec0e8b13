using System.Text.Json.Serialization;

namespace RoadSeg.Capture;

/// <summary>What a direction is counted from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CapturedNorth>))]
public enum CapturedNorth
{
    /// <summary>The north pole.</summary>
    [JsonStringEnumMemberName("true")]
    True,

    /// <summary>Where a compass shows.</summary>
    [JsonStringEnumMemberName("magnetic")]
    Magnetic,
}
