namespace RoadSeg.Trainer.Data;

/// <summary>Brightness, contrast, saturation and hue as one affine map of RGB: v' = M v + t, values 0-255.</summary>
internal readonly struct ColourChange
{
    private readonly float[] _m;

    private ColourChange(float[] m) => _m = m;

    public static ColourChange Draw(AugmentationOptions options, ref SeededRandom random)
    {
        var brightness = 255 * random.Between(-options.Brightness, options.Brightness);
        var contrast = 1 + random.Between(-options.Contrast, options.Contrast);
        var saturation = 1 + random.Between(-options.Saturation, options.Saturation);
        var hue = random.Between(-options.HueDegrees, options.HueDegrees) * Math.PI / 180;

        // Turn about the grey axis and stretch away from it (Haeberli 1993), then contrast about mid-grey and a shift.
        double cos = Math.Cos(hue) * saturation,
            sin = Math.Sin(hue) * saturation;
        double[] luma = [0.299, 0.587, 0.114];
        double third = 1.0 / 3,
            root = Math.Sqrt(third);
        var m = new float[12];
        for (var i = 0; i < 3; i++)
        {
            for (var j = 0; j < 3; j++)
            {
                var turn =
                    (cos * ((i == j ? 1 : 0) - third))
                    + (
                        sin
                        * root
                        * (
                            (j + 3 - i) % 3 == 1 ? -1
                            : (j + 3 - i) % 3 == 2 ? 1
                            : 0
                        )
                    );

                // Columns sum to nothing in the chroma part, so grey stays grey; the mean is kept by luma where saturation falls.
                m[(i * 4) + j] = (float)(contrast * (turn + (third * saturation) + (luma[j] * (1 - saturation))));
            }

            m[(i * 4) + 3] = (float)(brightness + (127.5 * (1 - contrast)));
        }

        return new ColourChange(m);
    }

    public void Apply(ReadOnlySpan<float> from, Span<byte> to)
    {
        var m = _m;
        for (var i = 0; i + 2 < from.Length; i += 3)
        {
            float r = from[i],
                g = from[i + 1],
                b = from[i + 2];
            to[i] = Clamp((m[0] * r) + (m[1] * g) + (m[2] * b) + m[3]);
            to[i + 1] = Clamp((m[4] * r) + (m[5] * g) + (m[6] * b) + m[7]);
            to[i + 2] = Clamp((m[8] * r) + (m[9] * g) + (m[10] * b) + m[11]);
        }
    }

    private static byte Clamp(float value) => (byte)Math.Clamp(value + 0.5f, 0, 255);
}
