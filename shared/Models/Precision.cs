using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>Arithmetic a graph of the package runs in.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The precisions' own names.")]
public enum Precision
{
    /// <summary>32-bit floats (weights may be stored smaller and are then unpacked at load).</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>16-bit floats inside, 32-bit at the output.</summary>
    [JsonStringEnumMemberName("fp16")]
    Fp16,

    /// <summary>8-bit integer weights and activations.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}
