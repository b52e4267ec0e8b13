using System.Text.Json.Serialization;

namespace RoadSeg.Imaging;

/// <summary>How a photo's aspect ratio is treated when it is resized for a model.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResizeMode>))]
public enum ResizeMode
{
    /// <summary>Exactly Width x Height, whatever the photo's shape.</summary>
    [JsonStringEnumMemberName("stretch")]
    Stretch,

    /// <summary>About Width x Height pixels in the photo's own shape, each side a multiple of MultipleOf.</summary>
    [JsonStringEnumMemberName("keep-aspect")]
    KeepAspect,
}
