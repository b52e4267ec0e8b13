using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>Order of a 4-dimensional tensor's axes.</summary>
public enum TensorLayout
{
    /// <summary>[batch, height, width, channels].</summary>
    [JsonStringEnumMemberName("NHWC")]
    Nhwc,

    /// <summary>[batch, channels, height, width].</summary>
    [JsonStringEnumMemberName("NCHW")]
    Nchw,
}
