using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>A part of a set.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Split>))]
public enum Split
{
    /// <summary>Learned from.</summary>
    [JsonStringEnumMemberName("train")]
    Train,

    /// <summary>Watched while learning.</summary>
    [JsonStringEnumMemberName("val")]
    Val,

    /// <summary>Kept for the end.</summary>
    [JsonStringEnumMemberName("test")]
    Test,
}
