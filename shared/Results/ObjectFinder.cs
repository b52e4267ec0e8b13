using RoadSeg.Errors;

namespace RoadSeg.Results;

/// <summary>Takes a mask apart into objects, of which every pixel is in exactly one.</summary>
public static class ObjectFinder
{
    /// <summary>Finds the objects of a mask: every connected region that is large enough and has an outline within the bounds of
    /// <paramref name="options"/>, and of each class one more that holds all that is left of it.</summary>
    /// <param name="ids">Shape [height, width].</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="options">Which regions become objects of their own, and how exact their outlines are.</param>
    /// <returns>By class id, of each class the largest first and what is left last.</returns>
    /// <exception cref="ArgumentException">The size does not fit the ids.</exception>
    /// <exception cref="RoadSegException">mask-too-complex: more runs than allowed.</exception>
    public static IReadOnlyList<MaskObject> Find(ReadOnlySpan<byte> ids, int width, int height, RegionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Imaging.IdPlane.CheckSize(ids.Length, width, height);
        var runs = new MaskRuns(ids, width, height, options.MaxRuns);
        var (order, first) = runs.ByRegion();
        var outlines = Outlines(runs, options);
        var objects = new List<MaskObject>();
        foreach (var regions in runs.Regions.GroupBy(static region => region.Id).OrderBy(static regions => regions.Key))
        {
            objects.AddRange(
                regions
                    .Where(region => outlines.ContainsKey(region.Index))
                    .OrderByDescending(static region => region.Area)
                    .ThenBy(static region => region.Index)
                    .Select(region => new MaskObject(region.Id, region.Area, [.. RunsOf(region)], outlines[region.Index]))
            );
            var left = regions.Where(region => !outlines.ContainsKey(region.Index)).ToList();
            if (left.Count > 0)
                objects.Add(
                    new MaskObject(
                        regions.Key,
                        left.Sum(static region => region.Area),
                        [.. left.SelectMany(RunsOf).OrderBy(static run => run.Row).ThenBy(static run => run.Start)],
                        null
                    )
                );
        }

        return objects;

        IEnumerable<MaskRun> RunsOf(Region region) =>
            order[first[region.Index]..first[region.Index + 1]].Select(run => new MaskRun(runs.Row(run), runs.Start(run), runs.End(run)));
    }

    private static Dictionary<int, Ring> Outlines(MaskRuns runs, RegionOptions options)
    {
        var tracer = new RingTracer(runs);
        var outlines = new Dictionary<int, Ring>();
        var corners = 0;
        var largestFirst = runs
            .Regions.Where(region => region.Area >= options.MinArea)
            .OrderByDescending(static region => region.Area)
            .ThenBy(static region => region.Index)
            .Take(options.MaxPolygons);
        foreach (var region in largestFirst)
        {
            if (tracer.Trace(region.Index, options.MaxVertices - corners) is not { } rings)
                continue;
            corners += rings.Sum(static ring => ring.Length / 2);
            outlines[region.Index] = RingSimplifier.Outline(rings[0], options.Tolerance);
        }

        return outlines;
    }
}
