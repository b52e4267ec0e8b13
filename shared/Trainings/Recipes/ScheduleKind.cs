using System.Text.Json.Serialization;

namespace RoadSeg.Trainings.Recipes;

/// <summary>How the learning rate runs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    /// <summary>Does not change.</summary>
    [JsonStringEnumMemberName("constant")]
    Constant,

    /// <summary>Falls by a power of what is left.</summary>
    [JsonStringEnumMemberName("poly")]
    Poly,

    /// <summary>Falls by half a cosine.</summary>
    [JsonStringEnumMemberName("cosine")]
    Cosine,

    /// <summary>Rises and falls once.</summary>
    [JsonStringEnumMemberName("one-cycle")]
    OneCycle,
}
