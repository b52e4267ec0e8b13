using System.Text.Json.Serialization;

namespace RoadSeg.Work;

/// <summary>The lane a job waits in. A caller with few live jobs is served from the interactive lane; what a caller submits
/// beyond that goes to the bulk lane, so that one caller's ten thousand do not stand before another's one (decision 0008).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkLane>))]
public enum WorkLane
{
    /// <summary>Served first.</summary>
    [JsonStringEnumMemberName("interactive")]
    Interactive,

    /// <summary>Served when the interactive lane is empty, and every few photos beside it.</summary>
    [JsonStringEnumMemberName("bulk")]
    Bulk,
}
