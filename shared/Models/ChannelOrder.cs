using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>Order of the colour channels a graph was trained with.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    [JsonStringEnumMemberName("RGB")]
    Rgb,

    /// <summary>Blue, green, red.</summary>
    [JsonStringEnumMemberName("BGR")]
    Bgr,
}
