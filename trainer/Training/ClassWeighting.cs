using System.Text.Json.Serialization;

namespace RoadSeg.Trainer.Training;

[JsonConverter(typeof(JsonStringEnumConverter<ClassWeighting>))]
public enum ClassWeighting
{
    [JsonStringEnumMemberName("none")]
    None,

    [JsonStringEnumMemberName("median-frequency")]
    MedianFrequency,

    [JsonStringEnumMemberName("enet")]
    ENet,
}
