using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>What another camera, lens or file does to a picture: cast and gamma, blur, noise, JPEG.</summary>
internal static class CameraFaults
{
    public static void Cast(Span<float> image, ref SeededRandom random)
    {
        var tint = Night.Tint(ref random);
        var gamma = Math.Exp(random.Between(-0.6, 0.6));
        var curve = new float[3 * 256];
        for (var i = 0; i < curve.Length; i++)
            curve[i] = (float)(255 * tint[i / 256] * Math.Pow(i % 256 / 255.0, gamma));
        for (var i = 0; i < image.Length; i++)
            image[i] = curve[(256 * (i % 3)) + (int)Math.Clamp(image[i], 0, 255)];
    }

    /// <summary>Two box filters along each axis, of lots that differ between the axes: motion is blur along one.</summary>
    public static void Blur(Span<float> image, int width, int height, ref SeededRandom random)
    {
        var (across, down) = (random.Next(4), random.Next(4));
        for (var pass = 0; pass < 2; pass++)
        {
            if (across > 0)
            {
                for (var y = 0; y < height; y++)
                    Box(image, y * width * 3, 3, width, across);
            }

            if (down > 0)
            {
                for (var x = 0; x < width; x++)
                    Box(image, x * 3, width * 3, height, down);
            }
        }
    }

    /// <summary>Independent for every pixel, part of it alike in the three channels.</summary>
    public static void Noise(Span<float> image, ref SeededRandom random)
    {
        var (grey, colour) = (random.Between(0, 14), random.Between(0, 10));
        for (var i = 0; i + 2 < image.Length; i += 3)
        {
            // The sum of four even lots of 16 bits is near enough to a normal one; variance of each is 1/12.
            var common = grey * Normal(random.NextBits());
            for (var c = 0; c < 3; c++)
                image[i + c] += (float)(common + (colour * Normal(random.NextBits())));
        }
    }

    /// <summary>Through a file and back.</summary>
    public static void Jpeg(Span<byte> image, int width, int height, ref SeededRandom random)
    {
        var file = PhotoEncoder.Jpeg(new RgbImage(width, height, image.ToArray()), 15 + random.Next(60));
        ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default)).Pixels.CopyTo(image);
    }

    private static double Normal(ulong bits) =>
        ((bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48)) * (1.7320508 / 65536) - 3.4641016;

    private static void Box(Span<float> image, int start, int stride, int count, int radius)
    {
        Span<float> line = stackalloc float[count];
        for (var c = 0; c < 3; c++)
        {
            for (var i = 0; i < count; i++)
                line[i] = image[start + c + (i * stride)];
            var sum = 0f;
            for (var i = -radius; i <= radius; i++)
                sum += line[Math.Clamp(i, 0, count - 1)];
            for (var i = 0; i < count; i++)
            {
                image[start + c + (i * stride)] = sum / ((2 * radius) + 1);
                sum += line[Math.Min(i + radius + 1, count - 1)] - line[Math.Max(i - radius, 0)];
            }
        }
    }
}
