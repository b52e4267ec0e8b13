using System.Text.Json.Serialization;
using RoadSeg.Labels;

namespace RoadSeg.Results;

/// <summary>One class of a mask.</summary>
/// <param name="Id">Class id: the mask's pixel value.</param>
/// <param name="Name">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Pixels">Pixels of the class.</param>
/// <param name="Rle">COCO run lengths as the string that pycocotools reads and writes.</param>
/// <param name="UncompressedRle">The same as numbers.</param>
/// <param name="Polygons">One for each connected region of at least MinArea pixels, the largest first. Pixels that touch at a corner only
/// are not connected.</param>
public sealed record ClassRegions(
    int Id,
    [property: JsonRequired] string Name,
    RgbColor Color,
    long Pixels,
    [property: JsonRequired] CompressedRle Rle,
    [property: JsonRequired] UncompressedRle UncompressedRle,
    [property: JsonRequired] IReadOnlyList<RegionPolygon> Polygons
);
