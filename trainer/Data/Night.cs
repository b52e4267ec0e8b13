namespace RoadSeg.Trainer.Data;

/// <summary>Makes a daylight picture look like night: little light, most of it near the road ahead, a black sky, lamps. Where the sky is
/// labelled it is darkened more than the rest, which no change of the whole picture could do.</summary>
internal static class Night
{
    private const int MaxLamps = 14;

    /// <param name="image">RGB values 0-255 [height, width, 3], changed in place.</param>
    /// <param name="mask">Ids of the pixels, unknown ones included.</param>
    /// <param name="sky">Id of the sky; below 0 where there is none.</param>
    public static void Fall(Span<float> image, ReadOnlySpan<byte> mask, int width, int height, int sky, ref SeededRandom random)
    {
        var ambient = Math.Exp(random.Between(Math.Log(0.06), Math.Log(0.5)));
        var gamma = random.Between(1, 1.7);
        var overSky = Math.Exp(random.Between(Math.Log(0.03), Math.Log(0.7)));
        var beam = random.Chance(0.7) ? random.Between(0, 0.6) : 0;
        var (beamX, beamY) = (width * random.Between(0.3, 0.7), height * random.Between(0.6, 1));
        var (spreadX, spreadY) = (width * random.Between(0.2, 0.6), height * random.Between(0.15, 0.4));
        var tint = Tint(ref random);

        // The power function once for every level and channel, not for every pixel.
        var curve = new float[3 * 256];
        for (var i = 0; i < curve.Length; i++)
            curve[i] = (float)(255 * tint[i / 256] * Math.Pow(i % 256 / 255.0, gamma));
        for (var y = 0; y < height; y++)
        {
            var vertical = beam * Math.Exp(-Math.Pow((y - beamY) / spreadY, 2));
            for (var x = 0; x < width; x++)
            {
                var across = (x - beamX) / spreadX;
                var light =
                    mask[(y * width) + x] == sky
                        ? (float)(ambient * overSky)
                        : (float)(ambient + (vertical < 0.01 ? 0 : vertical * Math.Exp(-across * across)));
                var at = 3 * ((y * width) + x);
                for (var c = 0; c < 3; c++)
                    image[at + c] = light * curve[(256 * c) + (int)Math.Clamp(image[at + c], 0, 255)];
            }
        }

        for (var i = random.Next(MaxLamps + 1); i > 0; i--)
            Lamp(image, width, height, ref random);
    }

    // A bright core and a glow that falls off with the square of the distance.
    private static void Lamp(Span<float> image, int width, int height, ref SeededRandom random)
    {
        var (x0, y0) = (random.Next(width), (int)(height * random.Between(0.05, 0.7)));
        var radius = Math.Exp(random.Between(Math.Log(1), Math.Log(7)));
        var strength = (float)random.Between(120, 400);
        var colour = Tint(ref random);
        var reach = (int)Math.Ceiling(6 * radius);
        for (var y = Math.Max(0, y0 - reach); y < Math.Min(height, y0 + reach + 1); y++)
        {
            for (var x = Math.Max(0, x0 - reach); x < Math.Min(width, x0 + reach + 1); x++)
            {
                var distance = ((x - x0) * (x - x0)) + ((y - y0) * (y - y0));
                if (distance > reach * reach)
                    continue;
                var glow = strength * (float)((1 / (1 + (distance / (radius * radius)))) - (1.0 / 37));
                var at = 3 * ((y * width) + x);
                for (var c = 0; c < 3; c++)
                    image[at + c] += glow * colour[c];
            }
        }
    }

    /// <summary>Light of sodium and LED lamps, of other cameras' white balance, or white.</summary>
    public static float[] Tint(ref SeededRandom random) =>
        random.Next(5) switch
        {
            0 => [1.2f, 0.95f, 0.6f],
            1 => [1.25f, 0.6f, 0.85f],
            2 => [0.8f, 0.95f, 1.2f],
            3 => [(float)random.Between(0.7, 1.3), (float)random.Between(0.7, 1.3), (float)random.Between(0.7, 1.3)],
            _ => [1, 1, 1],
        };
}
