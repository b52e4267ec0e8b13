using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Masks;

/// <summary>Labels that a tool kept as shapes, to be drawn.</summary>
/// <param name="Name">What names them in reports, such as the list and the image's number in it.</param>
/// <param name="List">The file that they stand in.</param>
/// <param name="Size">Width and height of the picture that they were made on, where the tool says so; null for the photo's own,
/// upright.</param>
/// <param name="Chain">Where they were put; null for none: an image without any shape.</param>
/// <param name="Aside">Where that is.</param>
/// <param name="Labels">What is common to the set.</param>
internal sealed record ShapeMask(
    string Name,
    string List,
    (int Width, int Height)? Size,
    ShapeChain? Chain,
    SpillFile Aside,
    ShapeLabels Labels
) : MaskFiles
{
    public override string Shown => Name;
}
