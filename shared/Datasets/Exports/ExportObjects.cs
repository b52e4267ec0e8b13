using RoadSeg.Errors;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>Takes the masks of photos apart for tools whose labels are shapes.</summary>
internal static class ExportObjects
{
    /// <summary>Id of pixels without a label.</summary>
    public const int Unlabelled = 255;

    // Every region, to its last pixel; what bounds time and memory is the number of runs.
    private static readonly RegionOptions All = new()
    {
        MinArea = 1,
        MaxPolygons = 1_000_000,
        MaxVertices = 10_000_000,
    };

    /// <summary>The objects of a photo, those of unlabelled pixels too.</summary>
    /// <param name="photo">The photo.</param>
    /// <param name="minArea">Regions of fewer pixels become one object of their class.</param>
    /// <exception cref="RoadSegException">mask-too-complex; names the photo.</exception>
    public static IReadOnlyList<MaskObject> Of(ExportedPhoto photo, int minArea = 1) =>
        Named(photo, () => ObjectFinder.Find(photo.Ids, photo.Width, photo.Height, All with { MinArea = minArea }));

    /// <summary>The outlines of a photo's regions with their holes, by class id, those of unlabelled pixels too.</summary>
    /// <exception cref="RoadSegException">mask-too-complex; names the photo.</exception>
    public static MaskRegions Regions(ExportedPhoto photo) => Named(photo, () =>
        {
            var found = RegionFinder.Find(photo.Ids, photo.Width, photo.Height, _ => ("", default), All);
            return found.Truncated
                ? throw new RoadSegException(ErrorCodes.MaskTooComplex, "The mask has more corners than outlines may have.")
                : found;
        });

    private static T Named<T>(ExportedPhoto photo, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.MaskTooComplex)
        {
            throw new RoadSegException(e.Code, $"{DatasetErrors.Shown(photo.Id)}: {e.Message} Export to voc or huggingface.", e);
        }
    }
}
