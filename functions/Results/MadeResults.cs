using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Results;

namespace RoadSeg.Functions.Results;

/// <summary>What results that are not stored are made of.</summary>
internal static class MadeResults
{
    /// <summary>Weight of the classes in an overlay that no other was asked for.</summary>
    public const double DefaultOpacity = 0.5;

    /// <summary>Bytes for each of the photo's pixels that making it holds: mask and confidence, photo as decoded, turned and
    /// blended.</summary>
    public const int ColorHolds = 5,
        OverlayHolds = 10,
        PolygonsHold = 6;

    private const int OverlayQuality = 88;

    /// <summary>The photo with its classes over it: JPEG or WebP.</summary>
    /// <param name="file">The photo's file.</param>
    /// <param name="header">Its header.</param>
    /// <param name="mask">Its mask.</param>
    /// <param name="weight">0 (photo) to 1 (classes).</param>
    /// <param name="width">Columns; where they are fewer than the photo's, photo and mask are reduced before they are laid over each other,
    /// so that a large photo is never decoded whole for a thumbnail.</param>
    /// <param name="height">Rows.</param>
    /// <param name="webp">WebP, not JPEG.</param>
    public static byte[] Overlay(byte[] file, ImageHeader header, IndexedImage mask, double weight, int width, int height, bool webp)
    {
        var blended =
            width < header.OrientedWidth
                ? Imaging.Overlay.Blend(ImageDecoder.DecodeTo(file, header, width, height), mask.ResizeTo(width, height), weight)
                : Imaging.Overlay.Blend(ImageDecoder.Decode(file, header), mask, weight);
        return webp ? PhotoEncoder.WebP(blended, OverlayQuality) : PhotoEncoder.Jpeg(blended, OverlayQuality);
    }

    /// <summary>The outlines of a mask's classes, as JSON or GeoJSON.</summary>
    public static byte[] Polygons(IndexedImage mask, ResultSummary summary, RegionOptions options, bool geo)
    {
        var labels = summary.Classes.ToDictionary(label => label.Id);
        var regions = RegionFinder.Find(
            mask.Ids,
            mask.Width,
            mask.Height,
            id => id == JobReview.UnknownId ? ("unknown", default) : (labels[id].Name, labels[id].Color),
            options
        );
        return geo
            ? JsonSerializer.SerializeToUtf8Bytes(MaskFeatures.Of(regions), ResultJson.Plain.MaskFeatures)
            : JsonSerializer.SerializeToUtf8Bytes(regions, ResultJson.Plain.MaskRegions);
    }
}
