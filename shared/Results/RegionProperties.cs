using System.Text.Json.Serialization;
using RoadSeg.Labels;

namespace RoadSeg.Results;

/// <summary>What a region is.</summary>
/// <param name="ClassId">Class id: the mask's pixel value.</param>
/// <param name="ClassName">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Area">Pixels of the region.</param>
/// <param name="CocoBbox">x, y, width and height in pixels, as COCO's <c>bbox</c> has it.</param>
public sealed record RegionProperties(
    int ClassId,
    [property: JsonRequired] string ClassName,
    RgbColor Color,
    long Area,
    [property: JsonRequired] IReadOnlyList<int> CocoBbox
);
