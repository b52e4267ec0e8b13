using System.Text.Json.Serialization;

namespace RoadSeg.Trainings.Recipes;

/// <summary>How weights follow gradients.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptimizerKind>))]
public enum OptimizerKind
{
    /// <summary>With momentum.</summary>
    [JsonStringEnumMemberName("sgd")]
    Sgd,

    /// <summary>Adam.</summary>
    [JsonStringEnumMemberName("adam")]
    Adam,

    /// <summary>Adam with decoupled decay.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,
}
