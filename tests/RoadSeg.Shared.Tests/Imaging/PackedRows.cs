namespace RoadSeg.Tests.Imaging;

/// <summary>PNG rows of 1, 2, 4 or 8 bits, unfiltered, with their filter bytes; written plainly from the standard.</summary>
internal static class PackedRows
{
    public static byte[] Of(byte[] ids, int width, int height, int depth, bool interlaced)
    {
        var rows = new List<byte>();
        for (var pass = interlaced ? 1 : 0; pass <= (interlaced ? 7 : 0); pass++)
        {
            for (var y = 0; y < height; y++)
            {
                var row = Enumerable.Range(0, width).Where(x => !interlaced || PassOf(x, y) == pass).Select(x => ids[(y * width) + x]).ToArray();
                if (row.Length == 0)
                    continue;
                rows.Add(0);
                for (var i = 0; i < row.Length; i += 8 / depth)
                    rows.Add((byte)Enumerable.Range(0, 8 / depth).Sum(k => i + k < row.Length ? row[i + k] << (8 - (depth * (k + 1))) : 0));
            }
        }

        return [.. rows];
    }

    // The 8 x 8 pattern as the standard prints it.
    private static int PassOf(int x, int y) => new[]
    {
        "16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777",
    }[y % 8][x % 8] - '0';
}
