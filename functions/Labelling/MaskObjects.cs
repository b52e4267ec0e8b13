using RoadSeg.Errors;
using RoadSeg.Functions.Results;
using RoadSeg.Jobs;
using RoadSeg.Results;

namespace RoadSeg.Functions.Labelling;

/// <summary>The objects of a job's mask, with their names and how sure the model is of each.</summary>
/// <param name="Job">The job.</param>
/// <param name="Width">Of the mask in pixels.</param>
/// <param name="Height">Of the mask in pixels.</param>
/// <param name="Found">The objects; every pixel is in one.</param>
internal sealed record MaskObjects(JobRecord Job, int Width, int Height, IReadOnlyList<LabelledObject> Found)
{
    // Bytes for each pixel that finding the objects holds: mask, confidence, runs and outlines.
    private const int Holds = 8;

    // People correct these: an outline within a pixel has a tenth of the corners, and nobody looks through more than so many.
    private static readonly RegionOptions Options = new() { Tolerance = 1, MaxPolygons = 1000 };

    /// <summary>Makes an answer of a job's objects, where a slot for making is free.</summary>
    /// <param name="results">Reads the mask.</param>
    /// <param name="job">A succeeded job.</param>
    /// <param name="part">Names the answer, with all that shapes it.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RoadSegException">too-many-requests, mask-too-complex or result-gone.</exception>
    public static Task<ReadOnlyMemory<byte>> MakeAsync(
        ResultReader results,
        JobRecord job,
        string part,
        Func<MaskObjects, byte[]> make,
        CancellationToken cancel
    ) =>
        results.MakeAsync(
            job,
            part,
            Holds,
            async (mask, stop) =>
            {
                var confidence = await results.ConfidenceAsync(job, stop);
                var names = (await results.SummaryAsync(job, stop)).Classes.ToDictionary(
                    static label => label.Id,
                    static label => label.Name
                );
                var found = ObjectFinder.Find(mask.Ids, mask.Width, mask.Height, Options);
                return make(
                    new MaskObjects(
                        job,
                        mask.Width,
                        mask.Height,
                        [
                            .. found.Select(one => new LabelledObject(
                                names[one.ClassId],
                                one,
                                confidence is null ? null : one.MeanOf(confidence, mask.Width) / byte.MaxValue
                            )),
                        ]
                    )
                );
            },
            cancel
        );
}
