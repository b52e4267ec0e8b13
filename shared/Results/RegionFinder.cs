using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Results;

/// <summary>Turns a mask into polygons and run lengths.</summary>
public static class RegionFinder
{
    /// <summary>Finds the regions of every class of a mask. With a tolerance of 0 and a minimum area of 1, filling the rings by the
    /// even-odd rule gives back the mask exactly; run lengths always do.</summary>
    /// <param name="ids">Shape [height, width].</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="label">Name and colour of an id that occurs.</param>
    /// <param name="options">What becomes a polygon, and how much at most. Time and memory grow with the mask's pixels and with
    /// <see cref="RegionOptions.MaxRuns"/>, whatever the mask holds.</param>
    /// <exception cref="ArgumentException">The size does not fit the ids.</exception>
    /// <exception cref="RoadSegException">mask-too-complex: more runs than allowed.</exception>
    public static MaskRegions Find(
        ReadOnlySpan<byte> ids,
        int width,
        int height,
        Func<int, (string Name, RgbColor Color)> label,
        RegionOptions options
    )
    {
        ArgumentNullException.ThrowIfNull(label);
        ArgumentNullException.ThrowIfNull(options);
        Imaging.IdPlane.CheckSize(ids.Length, width, height);
        var runs = new MaskRuns(ids, width, height, options.MaxRuns);
        var counts = CocoRle.Counts(ids, width, height, options.MaxRuns);
        var (polygons, truncated) = Polygons(runs, options);
        var classes = new List<ClassRegions>();
        for (var id = 0; id < counts.Count; id++)
        {
            if (counts[id] is not { } runLengths)
                continue;
            var (name, color) = label(id);
            int[] size = [height, width];
            classes.Add(
                new ClassRegions(
                    id,
                    name,
                    color,
                    runLengths.Where((_, i) => i % 2 == 1).Sum(length => (long)length),
                    new CompressedRle(size, CocoRle.Compress(runLengths)),
                    new UncompressedRle(size, runLengths),
                    [.. polygons[id]]
                )
            );
        }

        return new MaskRegions(width, height, options.MinArea, options.Tolerance, truncated, classes);
    }

    private static (ILookup<int, RegionPolygon> ById, bool Truncated) Polygons(MaskRuns runs, RegionOptions options)
    {
        var tracer = new RingTracer(runs);
        var found = new List<(int Id, RegionPolygon Polygon)>();
        var (corners, truncated) = (0, false);
        var largestFirst = runs
            .Regions.Where(region => region.Area >= options.MinArea)
            .OrderByDescending(region => region.Area)
            .ThenBy(region => region.Index);
        foreach (var region in largestFirst)
        {
            if (found.Count == options.MaxPolygons)
                return (ById(), true);
            if (tracer.Trace(region.Index, options.MaxVertices - corners) is not { } rings)
            {
                truncated = true;
                continue;
            }

            corners += rings.Sum(ring => ring.Length / 2);
            found.Add((region.Id, new RegionPolygon("Polygon", region.Area, region.Bbox, Simplified(rings, options.Tolerance))));
        }

        return (ById(), truncated);

        ILookup<int, RegionPolygon> ById() => found.ToLookup(item => item.Id, item => item.Polygon);
    }

    // A hole that simplifying would make vanish is left out.
    private static Ring[] Simplified(IReadOnlyList<int[]> rings, double tolerance)
    {
        if (tolerance == 0)
            return [.. rings.Select(ring => new Ring(ring))];
        return
        [
            RingSimplifier.Outline(rings[0], tolerance),
            .. rings
                .Skip(1)
                .Select(ring => RingSimplifier.Simplify(ring, tolerance))
                .Where(hole => hole.Length >= 6)
                .Select(hole => new Ring(hole)),
        ];
    }
}
