using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>What a mask's pixels hold.</summary>
public enum MaskEncoding
{
    /// <summary>Colours; of a palette picture its palette's colours.</summary>
    [JsonStringEnumMemberName("color")]
    Color,

    /// <summary>Ids; of a palette picture the palette indices.</summary>
    [JsonStringEnumMemberName("id")]
    Id,
}
