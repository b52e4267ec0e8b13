using System.Text.Json.Serialization;

namespace RoadSeg.Trainings.Recipes;

/// <summary>Encoders, in torchvision's layer layout.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Backbone>))]
public enum Backbone
{
    /// <summary>MobileNetV2.</summary>
    [JsonStringEnumMemberName("mobilenet-v2")]
    MobileNetV2,

    /// <summary>ResNet-18.</summary>
    [JsonStringEnumMemberName("resnet-18")]
    ResNet18,

    /// <summary>ResNet-34.</summary>
    [JsonStringEnumMemberName("resnet-34")]
    ResNet34,

    /// <summary>ResNet-50.</summary>
    [JsonStringEnumMemberName("resnet-50")]
    ResNet50,

    /// <summary>ResNet-101.</summary>
    [JsonStringEnumMemberName("resnet-101")]
    ResNet101,
}
