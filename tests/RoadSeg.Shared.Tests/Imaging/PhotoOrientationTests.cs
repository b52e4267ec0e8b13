using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

public sealed class PhotoOrientationTests
{
    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.WebP)]
    public void All_eight_orientations_decode_to_the_same_upright_picture(ImageFormat format)
    {
        var upright = Pictures.Smooth(90, 61);
        var spec = new PreprocessSpec(ResizeMode.Stretch, 32, 24);
        var small = ImageDecoder.ResizeForModel(upright, spec);
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var file = Write(Stored(upright, orientation), format, orientation);
            var header = ImageProbe.Read(file, ImageLimits.Default);
            var (mean, max) = Pictures.Difference(upright, ImageDecoder.Decode(file, header));
            Assert.True(mean < (format == ImageFormat.Png ? 0.001 : 2.5) && max < 40, $"{format} {orientation}: mean {mean}, max {max}");
            (mean, max) = Pictures.Difference(small, ImageDecoder.DecodeForModel(file, header, spec));
            Assert.True(mean < (format == ImageFormat.Png ? 0.001 : 2.5) && max < 20, $"{format} {orientation} for model: mean {mean}, max {max}");
        }
    }

    internal static byte[] Write(RgbImage stored, ImageFormat format, int orientation) => format switch
    {
        ImageFormat.Jpeg => Files.JpegWithOrientation(PhotoEncoder.Jpeg(stored, 95), orientation),
        ImageFormat.Png => Files.PngWithOrientation(PhotoEncoder.Png(stored), orientation),
        _ => Files.WebPWithOrientation(PhotoEncoder.WebP(stored, 95), stored.Width, stored.Height, orientation),
    };

    // What a camera would store: row 0 and column 0 of the file lie at these sides of the scene (EXIF 2.3, table 6).
    private static RgbImage Stored(RgbImage scene, int orientation)
    {
        var (w, h) = orientation < 5 ? (scene.Width, scene.Height) : (scene.Height, scene.Width);
        var pixels = new byte[3 * w * h];
        for (var row = 0; row < h; row++)
        {
            for (var column = 0; column < w; column++)
            {
                var (x, y) = orientation switch
                {
                    1 => (column, row), // row 0 is the top, column 0 the left
                    2 => (w - 1 - column, row), // top, right
                    3 => (w - 1 - column, h - 1 - row), // bottom, right
                    4 => (column, h - 1 - row), // bottom, left
                    5 => (row, column), // left, top
                    6 => (h - 1 - row, column), // right, top
                    7 => (h - 1 - row, w - 1 - column), // right, bottom
                    _ => (row, w - 1 - column), // left, bottom
                };
                scene.Pixels.AsSpan(3 * ((y * scene.Width) + x), 3).CopyTo(pixels.AsSpan(3 * ((row * w) + column)));
            }
        }

        return new RgbImage(w, h, pixels);
    }
}
