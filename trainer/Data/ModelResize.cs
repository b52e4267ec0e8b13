using RoadSeg.Imaging;

namespace RoadSeg.Trainer.Data;

/// <summary>A whole picture at the model's input size, by the filter that serving uses.</summary>
internal static class ModelResize
{
    public static byte[] To(RgbImage image, int width, int height)
    {
        if (image.Width == width && image.Height == height)
            return image.Pixels;
        var values = new float[width * height * 3];
        new Window(image.Width, image.Height, width, height, 0, 0, width, height, false).Image(image.Pixels, values, 0);
        return [.. values.Select(v => (byte)Math.Clamp(v + 0.5f, 0, 255))];
    }
}
