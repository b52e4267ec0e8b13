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

/// <summary>Order of a 4-dimensional tensor's axes.</summary>
public enum TensorLayout
{
    /// <summary>[batch, height, width, channels].</summary>
    [JsonStringEnumMemberName("NHWC")]
    Nhwc,

    /// <summary>[batch, channels, height, width].</summary>
    [JsonStringEnumMemberName("NCHW")]
    Nchw,
}

/// <summary>Order of the colour channels a graph was trained with.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    [JsonStringEnumMemberName("RGB")]
    Rgb,

    /// <summary>Blue, green, red.</summary>
    [JsonStringEnumMemberName("BGR")]
    Bgr,
}

/// <summary>What a graph's output holds.</summary>
public enum OutputKind
{
    /// <summary>One score per class and cell, before softmax: 16-, 32- or 64-bit floats.</summary>
    [JsonStringEnumMemberName("logits")]
    Logits,

    /// <summary>The class id of each cell (whole numbers of any type), shape [batch, height, width] or with one channel;
    /// no confidence.</summary>
    [JsonStringEnumMemberName("class-ids")]
    ClassIds,

    /// <summary>One probability per class and cell, after softmax: a cell's sum to 1.</summary>
    [JsonStringEnumMemberName("probabilities")]
    Probabilities,

    /// <summary>One probability per cell for each class but the background, each for itself, after sigmoid. A pixel has the class of its
    /// greatest one, or the background where that is below the threshold.</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,

    /// <summary>The same before sigmoid.</summary>
    [JsonStringEnumMemberName("sigmoid-logits")]
    SigmoidLogits,
}

/// <summary>How pixels become floats: <c>value = (pixel * scale - mean) / std</c>, channel by channel.</summary>
/// <param name="Scale">3 factors, in the graph's channel order (1/255 for models that want 0-1).</param>
/// <param name="Mean">3 means, in units of the scaled pixel.</param>
/// <param name="Std">3 deviations, in units of the scaled pixel, none of them 0.</param>
public sealed record Normalization(IReadOnlyList<double> Scale, IReadOnlyList<double> Mean, IReadOnlyList<double> Std);

/// <summary>The image input of a graph. A size or batch that is null is free; otherwise it is the only one the graph takes.</summary>
/// <param name="Name">Name of the graph's only input.</param>
/// <param name="ElementType">Numeric type.</param>
/// <param name="Layout">Axis order; the channel axis is 3 long.</param>
/// <param name="ChannelOrder">Colour order.</param>
/// <param name="Batch">1 when the graph takes one image at a time, or null.</param>
/// <param name="Width">Fixed width in pixels, or null.</param>
/// <param name="Height">Fixed height in pixels, or null.</param>
/// <param name="Normalization">Required for floats, forbidden for uint8.</param>
public sealed record InputContract(
    string Name,
    InputElementType ElementType,
    TensorLayout Layout,
    ChannelOrder ChannelOrder = ChannelOrder.Rgb,
    int? Batch = null,
    int? Width = null,
    int? Height = null,
    Normalization? Normalization = null);

/// <summary>The output of a graph that is read; others are ignored.</summary>
/// <param name="Name">Name of the output.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Layout">Axis order (the channel axis of logits and probabilities is one per class, that of sigmoid one per class but the background).</param>
/// <param name="Stride">Input pixels per output cell along each side, 1-64: a side of n pixels gives ceil(n / stride) cells.</param>
/// <param name="Threshold">Sigmoid only: the probability from which a pixel is no background, between 0 and 1; absent: 0.5.</param>
/// <param name="Background">Sigmoid only, and required there: the class of pixels below the threshold. The channels are the other classes in order.</param>
public sealed record OutputContract(
    string Name,
    OutputKind Kind,
    TensorLayout Layout,
    int Stride,
    // Not written where absent: the bytes of older manifests, and so the hashes they are known by, stay the same.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Threshold = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Background = null)
{
    /// <summary>True where each channel stands for itself and the rest is background.</summary>
    internal bool IsSigmoid => Kind is OutputKind.Sigmoid or OutputKind.SigmoidLogits;

    /// <summary>Length of the output's channel axis for a catalogue of so many classes.</summary>
    internal int Channels(int classes) => Kind == OutputKind.ClassIds ? 1 : IsSigmoid ? classes - 1 : classes;
}
