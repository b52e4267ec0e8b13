using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>Numeric type of a graph's image input.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The element types' own names.")]
public enum InputElementType
{
    /// <summary>Pixels as they are, 0-255; normalisation is inside the graph.</summary>
    [JsonStringEnumMemberName("uint8")]
    UInt8,

    /// <summary>32-bit floats, normalised as <see cref="Normalization"/> says before the run.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>The same in 16-bit floats.</summary>
    [JsonStringEnumMemberName("float16")]
    Float16,
}
