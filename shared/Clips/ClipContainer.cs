using System.Text.Json.Serialization;

namespace RoadSeg.Clips;

/// <summary>What a video may come in.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClipContainer>))]
public enum ClipContainer
{
    /// <summary>MPEG-4 (ISO/IEC 14496-14) and its kin of phones and cameras.</summary>
    [JsonStringEnumMemberName("mp4")]
    Mp4,

    /// <summary>QuickTime.</summary>
    [JsonStringEnumMemberName("mov")]
    Mov,

    /// <summary>WebM.</summary>
    [JsonStringEnumMemberName("webm")]
    WebM,

    /// <summary>Matroska.</summary>
    [JsonStringEnumMemberName("mkv")]
    Matroska,
}
