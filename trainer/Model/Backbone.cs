using System.Text.Json.Serialization;

namespace RoadSeg.Trainer.Model;

/// <summary>Encoders, in torchvision's layer layout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Backbone>))]
public enum Backbone
{
    [JsonStringEnumMemberName("mobilenet-v2")]
    MobileNetV2,

    [JsonStringEnumMemberName("resnet-18")]
    ResNet18,

    [JsonStringEnumMemberName("resnet-34")]
    ResNet34,

    [JsonStringEnumMemberName("resnet-50")]
    ResNet50,

    [JsonStringEnumMemberName("resnet-101")]
    ResNet101,
}
