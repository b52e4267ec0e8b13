namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>Label Studio's way back from run lengths, after <c>decode_rle</c> of label_studio_sdk's converter/brush.py.</summary>
internal static class BrushDecoder
{
    /// <returns>The fourth channel, shape [height, width].</returns>
    public static byte[] Alpha(byte[] rle, int width, int height)
    {
        var at = 0;
        var count = Read(32);
        var wordSize = Read(5) + 1;
        var sizes = new[] { Read(4) + 1, Read(4) + 1, Read(4) + 1, Read(4) + 1 };
        var samples = new byte[count];
        for (var i = 0; i < count;)
        {
            var equal = Read(1) == 1;
            var end = i + 1 + Read(sizes[Read(2)]);
            if (equal)
            {
                var value = (byte)Read(wordSize);
                for (; i < end; i++)
                    samples[i] = value;
            }
            else
            {
                for (; i < end; i++)
                    samples[i] = (byte)Read(wordSize);
            }
        }

        Assert.Equal(4L * width * height, count);
        return [.. samples.Where(static (_, i) => i % 4 == 3)];

        int Read(int bits)
        {
            var value = 0;
            for (var i = 0; i < bits; i++, at++)
                value = (value << 1) | ((rle[at / 8] >> (7 - (at % 8))) & 1);
            return value;
        }
    }
}
