using System.Text.Json.Serialization;

namespace RoadSeg.Clips;

/// <summary>What can be found of a clip.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClipFindingKind>))]
public enum ClipFindingKind
{
    /// <summary>The video goes on after the last frame that was taken: as many were taken as may be.</summary>
    [JsonStringEnumMemberName("goes-on")]
    GoesOn,

    /// <summary>The video ends before the time that it says: it was cut short, or says something wrong.</summary>
    [JsonStringEnumMemberName("ends-early")]
    EndsEarly,

    /// <summary>The decoder gave up before the end.</summary>
    [JsonStringEnumMemberName("damaged")]
    Damaged,

    /// <summary>Some frames have no position: the track has none for their time.</summary>
    [JsonStringEnumMemberName("without-position")]
    WithoutPosition,

    /// <summary>The frames have their results, but no video of them could be made.</summary>
    [JsonStringEnumMemberName("without-overlay")]
    WithoutOverlay,
}
