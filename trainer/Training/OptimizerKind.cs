using System.Text.Json.Serialization;

namespace RoadSeg.Trainer.Training;

[JsonConverter(typeof(JsonStringEnumConverter<OptimizerKind>))]
public enum OptimizerKind
{
    [JsonStringEnumMemberName("sgd")]
    Sgd,

    [JsonStringEnumMemberName("adam")]
    Adam,

    [JsonStringEnumMemberName("adamw")]
    AdamW,
}
