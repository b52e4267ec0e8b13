using System.Security.Cryptography;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Masks;

/// <summary>Draws the shapes of an image at the size of its photo.</summary>
internal static class ShapeReader
{
    /// <exception cref="RoadSegException">image-too-many-pixels, image-corrupt, mask-too-complex.</exception>
    public static ReadMask Read(ShapeMask mask, ImageHeader photo, ImageLimits limits)
    {
        var upright = (photo.OrientedWidth, photo.OrientedHeight);
        var (width, height) = mask.Size ?? upright;
        if (width < 1 || height < 1 || Math.Max(width, height) > limits.MaxSide || (long)width * height > limits.MaxPixels)
            throw new RoadSegException(
                ErrorCodes.ImageTooManyPixels,
                $"Its labels are of {width} x {height} pixels; at most {limits.MaxPixels:N0} are allowed."
            );
        var shapes = Shapes(mask);
        var values = new MaskValues(width, height, lossy: false);
        try
        {
            // Of another size than the photo: that is the finding, and nothing is drawn.
            var stored = (photo.Width, photo.Height);
            var painted =
                (width, height) == upright || (width, height) == stored
                    ? ShapePainter.Paint([.. shapes.Select(shape => shape.Shape)], mask.Labels.Rules, values.Values, width, height)
                    : new Painted();
            var turned = (width, height) != upright && (width, height) == stored;
            return new ReadMask(turned ? Turn(values, photo.Orientation) : values, Hash(shapes), Findings(mask, painted), turned);
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    // In the user's order of labels, then as they were written.
    private static List<(Shape Shape, byte[] Bytes)> Shapes(ShapeMask mask)
    {
        if (mask.Chain is not { } chain)
            return [];
        var ranks = mask.Labels.Rules.Ranks;
        return
        [
            .. ShapeChains
                .Read(mask.Aside, chain)
                .Select(bytes => (Shape: Valued(ShapeForm.Read(bytes), mask.Labels.Values), bytes))
                .OrderBy(shape => ranks is not null && ranks.TryGetValue(shape.Shape.Key, out var rank) ? rank : -1),
        ];
    }

    private static Shape Valued(Shape shape, IReadOnlyDictionary<int, int>? values) =>
        values is null ? shape : shape with { Key = values[shape.Key] };

    // Of brushes what the tool exported.
    private static byte[] Hash(List<(Shape Shape, byte[] Bytes)> shapes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (shape, bytes) in shapes)
            hash.AppendData(shape is BrushShape brush ? brush.Rle : bytes);
        return hash.GetHashAndReset();
    }

    private static List<DatasetFault> Findings(ShapeMask mask, Painted painted)
    {
        var findings = painted
            .Odd.Select(odd => new DatasetFault(FaultKind.RecordUnreadable, mask.List, $"{odd.Record}: {odd.Reason}"))
            .ToList();
        if (painted.Overlapped > 0)
            findings.Add(
                new DatasetFault(
                    FaultKind.ShapesOverlap,
                    mask.Shown,
                    "Shapes of several labels lie over each other; the one on top has the pixels.",
                    painted.Overlapped
                )
            );
        if (painted.Clipped > 0)
            findings.Add(
                new DatasetFault(
                    FaultKind.ShapesClipped,
                    mask.Shown,
                    $"{painted.Clipped} of its shapes {(painted.Clipped == 1 ? "reaches" : "reach")} outside the picture, by up to "
                        + $"{painted.Farthest:N1} pixels; what lies outside is cut off."
                )
            );
        if (painted.Crossing.Count > 0)
            findings.Add(
                new DatasetFault(
                    FaultKind.ShapesCrossing,
                    mask.Shown,
                    $"{painted.Crossing.Count} of its outlines {(painted.Crossing.Count == 1 ? "crosses itself" : "cross themselves")}, "
                        + $"such as {Lower(painted.Crossing[0])}: what an outline goes round twice is not filled."
                )
            );
        return findings;
    }

    private static string Lower(string record) => record.Length > 0 ? $"{char.ToLowerInvariant(record[0])}{record[1..]}" : record;

    private static MaskValues Turn(MaskValues stored, int orientation)
    {
        using (stored)
        {
            var way = Orientation.Way(stored.Width, stored.Height, orientation);
            var upright = new MaskValues(way.Width, way.Height, lossy: false);
            for (var y = 0; y < way.Height; y++)
            {
                var row = upright.Row(y);
                for (int x = 0, from = way.Origin + (y * way.StepY); x < row.Length; x++, from += way.StepX)
                    row[x] = stored.Values[from];
            }

            return upright;
        }
    }
}
