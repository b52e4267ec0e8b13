namespace RoadSeg.Models;

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
    Normalization? Normalization = null
);
