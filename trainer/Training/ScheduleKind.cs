using System.Text.Json.Serialization;

namespace RoadSeg.Trainer.Training;

[JsonConverter(typeof(JsonStringEnumConverter<ScheduleKind>))]
public enum ScheduleKind
{
    [JsonStringEnumMemberName("constant")]
    Constant,

    [JsonStringEnumMemberName("poly")]
    Poly,

    [JsonStringEnumMemberName("cosine")]
    Cosine,

    [JsonStringEnumMemberName("one-cycle")]
    OneCycle,
}
