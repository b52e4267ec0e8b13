using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Pillow's Image.resize(size, BILINEAR) for RGB, written out plainly from its description: along the rows, then along the
/// columns, 8 bits between, weights as fixed point of 22 bits (libImaging/Resample.c states the constants).</summary>
internal static class PillowBilinear
{
    private const int Bits = 32 - 8 - 2;

    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        var rows = Along(image.Pixels, image.Height, image.Width, width, (line, at, channel) => 3 * ((line * image.Width) + at) + channel, (line, at, channel) => 3 * ((line * width) + at) + channel);
        return new RgbImage(width, height, Along(rows, width, image.Height, height, (line, at, channel) => 3 * ((at * width) + line) + channel, (line, at, channel) => 3 * ((at * width) + line) + channel));
    }

    private static byte[] Along(byte[] source, int lines, int size, int newSize, Func<int, int, int, int> from, Func<int, int, int, int> to)
    {
        var result = new byte[3 * lines * newSize];
        var scale = (double)size / newSize;
        var support = Math.Max(scale, 1);
        for (var i = 0; i < newSize; i++)
        {
            var center = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(center - support + 0.5));
            var last = Math.Min(size, (int)(center + support + 0.5));
            var weights = Enumerable.Range(first, last - first).Select(s => Math.Max(0, 1 - Math.Abs((s - center + 0.5) / support))).ToArray();
            var total = weights.Sum();
            var coefficients = weights.Select(w => (int)Math.Round(w / total * (1 << Bits))).ToArray();
            for (var line = 0; line < lines; line++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = 1L << (Bits - 1);
                    for (var s = first; s < last; s++)
                        sum += (long)source[from(line, s, channel)] * coefficients[s - first];
                    result[to(line, i, channel)] = (byte)Math.Clamp(sum >> Bits, 0, 255);
                }
            }
        }

        return result;
    }
}
