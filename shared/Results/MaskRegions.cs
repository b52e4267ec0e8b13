using System.Text.Json.Serialization;
using RoadSeg.Labels;

namespace RoadSeg.Results;

/// <summary>The regions of a mask as polygons and run lengths: the content of <c>GET /v1/jobs/{id}/polygons</c>.</summary>
/// <param name="Width">Mask width in pixels.</param>
/// <param name="Height">Mask height in pixels.</param>
/// <param name="MinArea">Regions of fewer pixels have no polygon.</param>
/// <param name="Tolerance">How far in pixels an outline may lie from the exact one; 0: exact.</param>
/// <param name="Truncated">True when polygons were left out because there are too many, or too many corners: the largest regions are
/// kept. Run lengths are complete all the same.</param>
/// <param name="Classes">Every class that has a pixel, in id order.</param>
public sealed record MaskRegions(
    int Width, int Height, int MinArea, double Tolerance, bool Truncated, [property: JsonRequired] IReadOnlyList<ClassRegions> Classes);

/// <summary>One class of a mask.</summary>
/// <param name="Id">Class id: the mask's pixel value.</param>
/// <param name="Name">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Pixels">Pixels of the class.</param>
/// <param name="Rle">COCO run lengths as the string that pycocotools reads and writes.</param>
/// <param name="UncompressedRle">The same as numbers.</param>
/// <param name="Polygons">One for each connected region of at least MinArea pixels, the largest first. Pixels that touch at a corner only are
/// not connected.</param>
public sealed record ClassRegions(
    int Id, [property: JsonRequired] string Name, RgbColor Color, long Pixels, [property: JsonRequired] CompressedRle Rle, [property: JsonRequired] UncompressedRle UncompressedRle, [property: JsonRequired] IReadOnlyList<RegionPolygon> Polygons);

/// <summary>COCO run lengths as a string.</summary>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Counts">See <see cref="CocoRle.Compress"/>.</param>
public sealed record CompressedRle([property: JsonRequired] IReadOnlyList<int> Size, [property: JsonRequired] string Counts);

/// <summary>COCO run lengths as numbers.</summary>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Counts">Column by column from the top left: pixels that are not of the class, pixels that are, and so on in turn.
/// They sum to width x height.</param>
public sealed record UncompressedRle([property: JsonRequired] IReadOnlyList<int> Size, [property: JsonRequired] IReadOnlyList<int> Counts);

/// <summary>One region: a GeoJSON Polygon in pixel corners, with its size.</summary>
/// <param name="Type">Always <c>Polygon</c>.</param>
/// <param name="Area">Pixels of the region, whatever the tolerance.</param>
/// <param name="Bbox">x, y, width and height in pixels, as COCO has it, whatever the tolerance.</param>
/// <param name="Coordinates">The outer ring, then the holes. Outer rings run counter-clockwise and holes clockwise as RFC 7946 means it, with
/// a positive shoelace sum outside; on a screen, where y points down, that looks the other way round. At a
/// tolerance of 0 no two rings cross and none passes a corner twice.</param>
public sealed record RegionPolygon([property: JsonRequired] string Type, long Area, [property: JsonRequired] IReadOnlyList<int> Bbox, [property: JsonRequired] IReadOnlyList<Ring> Coordinates);
