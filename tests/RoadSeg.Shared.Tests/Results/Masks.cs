using RoadSeg.Labels;
using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

/// <summary>Masks, and ways back from polygons to pixels that share no code with the ways there.</summary>
internal static class Masks
{
    public static MaskRegions Regions(byte[] ids, int width, RegionOptions options) =>
        RegionFinder.Find(ids, width, ids.Length / width, id => ($"class {id}", new RgbColor((byte)id, 0, 0)), options);

    /// <summary>Rows of digits, each a class id.</summary>
    public static (byte[] Ids, int Width) Of(params string[] rows) => ([.. rows.SelectMany(row => row.Select(digit => (byte)(digit - '0')))], rows[0].Length);

    /// <summary>Noise that is smoothed the more, the larger the grain.</summary>
    public static byte[] Random(int width, int height, int classes, int grain, int seed)
    {
        var random = new Random(seed);
        var (columns, rows) = ((width / grain) + 1, (height / grain) + 1);
        var cells = new byte[columns * rows];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = (byte)random.Next(classes);
        var ids = new byte[width * height];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = cells[(i / width / grain * columns) + (i % width / grain)];
        return ids;
    }

    /// <summary>Region number of every pixel by flood filling over shared edges, and how many there are.</summary>
    public static (int[] Region, int Count) Flood(byte[] ids, int width)
    {
        var region = new int[ids.Length];
        Array.Fill(region, -1);
        var count = 0;
        for (var start = 0; start < ids.Length; start++)
        {
            if (region[start] >= 0)
                continue;
            var open = new Stack<int>([start]);
            region[start] = count;
            while (open.TryPop(out var at))
            {
                foreach (var next in Neighbours(at, width, ids.Length).Where(next => region[next] < 0 && ids[next] == ids[start]))
                {
                    region[next] = count;
                    open.Push(next);
                }
            }

            count++;
        }

        return (region, count);
    }

    /// <summary>Pixels inside a polygon by the even-odd rule, through the pixel centres.</summary>
    public static bool[] Fill(RegionPolygon polygon, int width, int height)
    {
        var inside = new bool[width * height];
        foreach (var ring in polygon.Coordinates)
        {
            for (var i = 0; i < ring.Count; i++)
            {
                var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
                for (var y = Math.Min(a.Y, b.Y); y < Math.Max(a.Y, b.Y); y++)
                {
                    for (var x = a.X; x < width; x++)
                        inside[(y * width) + x] ^= true;
                }
            }
        }

        return inside;
    }

    /// <summary>A binary mask from COCO counts.</summary>
    public static bool[] Decode(IReadOnlyList<int> counts, int width, int height)
    {
        var mask = new bool[width * height];
        var at = 0;
        for (var i = 0; i < counts.Count; i++)
        {
            for (var end = at + counts[i]; at < end; at++)
                mask[(at % height * width) + (at / height)] = i % 2 == 1;
        }

        Assert.Equal(mask.Length, at);
        return mask;
    }

    /// <summary>Counts from the string form.</summary>
    public static List<int> Parse(string text)
    {
        var counts = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var (value, shift, group) = (0L, 0, 0);
            do
            {
                group = text[at++] - '0';
                value |= (long)(group & 31) << shift;
                shift += 5;
            }
            while (group >= 32);
            if ((group & 16) != 0)
                value -= 1L << shift;
            counts.Add((int)value + (counts.Count > 2 ? counts[^2] : 0));
        }

        return counts;
    }

    private static IEnumerable<int> Neighbours(int at, int width, int length)
    {
        if (at % width > 0)
            yield return at - 1;
        if (at % width < width - 1)
            yield return at + 1;
        if (at >= width)
            yield return at - width;
        if (at + width < length)
            yield return at + width;
    }
}
