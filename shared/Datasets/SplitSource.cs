using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>Where a division comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SplitSource>))]
public enum SplitSource
{
    /// <summary>From the layout where it has one, else by seed.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>From the layout's folders or lists.</summary>
    [JsonStringEnumMemberName("layout")]
    Layout,

    /// <summary>By seed and group, whatever the layout says.</summary>
    [JsonStringEnumMemberName("seed")]
    Seed,
}
