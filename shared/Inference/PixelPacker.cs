using System.Runtime.InteropServices;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Writes pixels into a graph's input as its contract says: order of axes and channels, bytes or normalised floats of 32 or 16
/// bits.</summary>
internal sealed class PixelPacker
{
    private readonly InputContract input;
    private readonly float[][] values;
    private readonly Half[][] halves;

    public PixelPacker(InputContract input)
    {
        this.input = input;
        // A byte has 256 values: normalisation is a table, exact and without arithmetic per pixel.
        values = input.Normalization is not { } rule
            ? []
            :
            [
                .. Enumerable
                    .Range(0, 3)
                    .Select(channel =>
                        Enumerable
                            .Range(0, 256)
                            .Select(pixel => (float)((pixel * rule.Scale[channel] - rule.Mean[channel]) / rule.Std[channel]))
                            .ToArray()
                    ),
            ];
        halves =
            input.ElementType == InputElementType.Float16 ? [.. values.Select(table => Array.ConvertAll(table, value => (Half)value))] : [];
    }

    /// <summary>Bytes of one image in the input.</summary>
    public long BytesPerImage(int width, int height) =>
        3L
        * width
        * height
        * input.ElementType switch
        {
            InputElementType.Float32 => sizeof(float),
            InputElementType.Float16 => sizeof(ushort),
            _ => 1,
        };

    public void Pack(RgbImage image, Span<byte> target)
    {
        if (input.ElementType == InputElementType.UInt8)
            PackBytes(image.Pixels, target);
        else if (input.ElementType == InputElementType.Float32)
            PackFloats(image.Pixels, MemoryMarshal.Cast<byte, float>(target), values);
        else
            PackFloats(image.Pixels, MemoryMarshal.Cast<byte, Half>(target), halves);
    }

    private void PackBytes(ReadOnlySpan<byte> pixels, Span<byte> target)
    {
        if (input is { Layout: TensorLayout.Nhwc, ChannelOrder: ChannelOrder.Rgb })
        {
            pixels.CopyTo(target);
            return;
        }

        for (var channel = 0; channel < 3; channel++)
        {
            var (start, step) = Walk(channel, pixels.Length);
            for (int from = SourceOf(channel), to = start; from < pixels.Length; from += 3, to += step)
                target[to] = pixels[from];
        }
    }

    private void PackFloats<T>(ReadOnlySpan<byte> pixels, Span<T> target, T[][] tables)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            var table = tables[channel];
            var (start, step) = Walk(channel, pixels.Length);
            for (int from = SourceOf(channel), to = start; from < pixels.Length; from += 3, to += step)
                target[to] = table[pixels[from]];
        }
    }

    private int SourceOf(int channel) => input.ChannelOrder == ChannelOrder.Rgb ? channel : 2 - channel;

    private (int Start, int Step) Walk(int channel, int length) =>
        input.Layout == TensorLayout.Nhwc ? (channel, 3) : (channel * (length / 3), 1);
}
