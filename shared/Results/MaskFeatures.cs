using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>The regions of a mask as a GeoJSON FeatureCollection (RFC 7946): the content of
/// <c>GET /v1/jobs/{id}/polygons?format=geojson</c>. Positions are pixel corners of the photo, x to the right and y down, and no places on
/// the earth.</summary>
/// <param name="Type">Always <c>FeatureCollection</c>.</param>
/// <param name="Bbox">Left, top, right and bottom of the photo: 0, 0, width and height.</param>
/// <param name="Truncated">True when regions were left out because there are too many, or too many corners: the largest are kept.</param>
/// <param name="Features">One for each region, class by class, the largest of a class first.</param>
public sealed record MaskFeatures(
    [property: JsonRequired] string Type,
    [property: JsonRequired] IReadOnlyList<int> Bbox,
    bool Truncated,
    [property: JsonRequired] IReadOnlyList<RegionFeature> Features
)
{
    /// <summary>The same regions in this form.</summary>
    public static MaskFeatures Of(MaskRegions regions)
    {
        ArgumentNullException.ThrowIfNull(regions);
        return new MaskFeatures(
            "FeatureCollection",
            [0, 0, regions.Width, regions.Height],
            regions.Truncated,
            [.. regions.Classes.SelectMany(label => label.Polygons.Select(region => RegionFeature.Of(label, region)))]
        );
    }
}
