using RoadSeg.Datasets.Curation;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Audits;

/// <summary>The picture of a disputed region: photo, labels and model side by side, each with the region's outline in white; black is no
/// class.</summary>
internal static class AuditCrop
{
    private const int LeastSide = 64;
    private const int MostSide = 256;

    public static byte[] Png(CuratedSample sample, byte[] seen, FoundRegion region, LabelCatalogue labels)
    {
        var (left, width, paneWidth) = Side(region.Box[0], region.Box[2], sample.Image.Width);
        var (top, height, paneHeight) = Side(region.Box[1], region.Box[3], sample.Image.Height);
        var factor = Math.Min(1, (double)MostSide / Math.Max(paneWidth, paneHeight));
        (paneWidth, paneHeight) = (Scaled(paneWidth, factor), Scaled(paneHeight, factor));
        var colors = labels.Colors();
        var whole = Inside(region, left, top, width, height);
        var (columns, strip) = (NearestCell.Line(width, paneWidth), new byte[9 * paneWidth * paneHeight]);

        // As the panes show it: an outline of the full size would be dotted in them.
        var inside = new bool[paneWidth * paneHeight];
        for (var i = 0; i < inside.Length; i++)
            inside[i] = whole[(NearestCell.Of(i / paneWidth, height, paneHeight) * width) + columns[i % paneWidth]];
        for (var y = 0; y < paneHeight; y++)
        {
            var row = NearestCell.Of(y, height, paneHeight);
            for (var x = 0; x < paneWidth; x++)
            {
                var column = columns[x];
                var at = ((top + row) * sample.Image.Width) + left + column;
                var edge = inside[(y * paneWidth) + x] && IsEdge(inside, y, x, paneWidth, paneHeight);
                Put(0, sample.Image.Pixels.AsSpan(3 * at, 3));
                Put(1, Color(sample.Ids[at]));
                Put(2, Color(seen[at]));

                void Put(int pane, ReadOnlySpan<byte> color)
                {
                    var target = strip.AsSpan(3 * ((y * 3 * paneWidth) + (pane * paneWidth) + x), 3);
                    if (edge)
                        target.Fill(255);
                    else
                        color.CopyTo(target);
                }
            }
        }

        return PhotoEncoder.Png(new RgbImage(3 * paneWidth, paneHeight, strip));

        ReadOnlySpan<byte> Color(byte id) => id < colors.Length ? new byte[] { colors[id].R, colors[id].G, colors[id].B } : [0, 0, 0];
    }

    // The region with half of its size around it, within the picture.
    private static (int From, int Length, int Pane) Side(int from, int length, int all)
    {
        var wanted = Math.Min(all, Math.Max(LeastSide, 2 * length));
        var start = Math.Clamp(from + (length / 2) - (wanted / 2), 0, all - wanted);
        return (start, wanted, wanted);
    }

    private static int Scaled(int side, double factor) => Math.Max(1, (int)Math.Round(side * factor));

    private static bool[] Inside(FoundRegion region, int left, int top, int width, int height)
    {
        var inside = new bool[width * height];
        foreach (var run in region.Runs)
            inside.AsSpan(((run.Row - top) * width) + run.Start - left, run.End - run.Start).Fill(true);
        return inside;
    }

    private static bool IsEdge(bool[] inside, int row, int column, int width, int height) =>
        row == 0
        || column == 0
        || row == height - 1
        || column == width - 1
        || !inside[((row - 1) * width) + column]
        || !inside[((row + 1) * width) + column]
        || !inside[(row * width) + column - 1]
        || !inside[(row * width) + column + 1];
}
