using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>What a version is to its model. Follows from the pointer: nothing stores it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelState>))]
public enum ModelState
{
    /// <summary>Published, never live.</summary>
    [JsonStringEnumMemberName("candidate")]
    Candidate,

    /// <summary>Serves.</summary>
    [JsonStringEnumMemberName("live")]
    Live,

    /// <summary>Served before.</summary>
    [JsonStringEnumMemberName("retired")]
    Retired,
}
