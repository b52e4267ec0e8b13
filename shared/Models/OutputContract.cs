using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>The output of a graph that is read; others are ignored.</summary>
/// <param name="Name">Name of the output.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Layout">Axis order (the channel axis of logits and probabilities is one per class, that of sigmoid one per class but the
/// background).</param>
/// <param name="Stride">Input pixels per output cell along each side, 1-64: a side of n pixels gives ceil(n / stride) cells.</param>
/// <param name="Threshold">Sigmoid only: the probability from which a pixel is no background, between 0 and 1; absent: 0.5.</param>
/// <param name="Background">Sigmoid only, and required there: the class of pixels below the threshold. The channels are the other classes
/// in order.</param>
public sealed record OutputContract(
    string Name,
    OutputKind Kind,
    TensorLayout Layout,
    int Stride,
    // Not written where absent: the bytes of older manifests, and so the hashes they are known by, stay the same.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Threshold = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Background = null
)
{
    /// <summary>True where each channel stands for itself and the rest is background.</summary>
    internal bool IsSigmoid => Kind is OutputKind.Sigmoid or OutputKind.SigmoidLogits;

    /// <summary>Length of the output's channel axis for a catalogue of so many classes.</summary>
    internal int Channels(int classes) =>
        Kind == OutputKind.ClassIds ? 1
        : IsSigmoid ? classes - 1
        : classes;
}
