using System.Security.Cryptography;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Masks;

/// <summary>Reads the labels of a pair, in whatever form they lie.</summary>
/// <param name="files">The set.</param>
/// <param name="encoding">What single pictures hold.</param>
/// <param name="ordered">True: of layers that lie over each other the later wins; false: such pixels have no label.</param>
/// <param name="limits">Held against every file.</param>
internal sealed class MaskReader(IDatasetFiles files, MaskEncoding encoding, bool ordered, ImageLimits limits)
{
    /// <param name="mask">Where they are.</param>
    /// <param name="photo">Header of the image: shapes are drawn at its size.</param>
    /// <param name="cancel">Stops the reading.</param>
    public async Task<ReadMask> ReadAsync(MaskFiles mask, ImageHeader photo, CancellationToken cancel)
    {
        switch (mask)
        {
            case MaskFile file:
                var bytes = await files.ReadAsync(file.Path, limits.MaxBytes, cancel);
                return Of(MaskDecoder.Decode(bytes, encoding, limits), bytes);
            case PanopticMask panoptic:
                bytes = await files.ReadAsync(panoptic.Path, limits.MaxBytes, cancel);
                return Of(Panoptic(MaskDecoder.DecodeColors(bytes, limits), panoptic.Segments), bytes);
            case BrushFiles brushes:
                return await LayersAsync(brushes, cancel);
            case ShapeMask shapes:
                return ShapeReader.Read(shapes, photo, limits);
            default:
                throw new InvalidOperationException($"Masks of {mask.GetType()} are not read.");
        }
    }

    private static ReadMask Of(MaskValues values, byte[] bytes) => new(values, SHA256.HashData(bytes), []);

    private static MaskValues Panoptic(MaskValues colors, (int Segment, int Category)[] segments)
    {
        var categories = new Dictionary<int, int>(segments.Length + 1) { [0] = 0 };
        foreach (var (segment, category) in segments)
            categories[segment] = category;
        foreach (ref var value in colors.Values)
        {
            // 0xRRGGBB to R + 256 G + 65536 B.
            var segment = ((value & 0xFF) << 16) | (value & 0xFF00) | ((value >> 16) & 0xFF);
            value = categories.TryGetValue(segment, out var category) ? category : MaskValues.UnlistedSegment;
        }

        return colors;
    }

    private async Task<ReadMask> LayersAsync(BrushFiles brushes, CancellationToken cancel)
    {
        MaskValues? merged = null;
        var all = new MemoryStream();
        try
        {
            foreach (var (key, path) in brushes.Layers)
            {
                var bytes = await files.ReadAsync(path, limits.MaxBytes, cancel);
                all.Write(bytes);
                using var layer = MaskDecoder.Decode(bytes, MaskEncoding.Color, limits);
                merged ??= Empty(layer.Width, layer.Height);
                if ((layer.Width, layer.Height) != (merged.Width, merged.Height))
                    throw new RoadSegException(ErrorCodes.ImageCorrupt, $"The label pictures of {brushes.Task} differ in size.");
                for (var i = 0; i < layer.Values.Length; i++)
                {
                    // 0 is not painted; a transparent pixel neither.
                    if (layer.Values[i] > 0)
                        Paint(ref merged.Values[i], key);
                }
            }

            return Of(merged!, all.ToArray());
        }
        catch
        {
            merged?.Dispose();
            throw;
        }
    }

    private void Paint(ref int pixel, int key) => pixel = ordered || pixel == 0 || pixel == key ? key : MaskValues.Overlap;

    private static MaskValues Empty(int width, int height)
    {
        var mask = new MaskValues(width, height, lossy: false);
        mask.Values.Clear();
        return mask;
    }
}
