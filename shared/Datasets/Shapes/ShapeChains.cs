using System.Buffers.Binary;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Gathers the shapes of each image, in whatever order a list brings them, in a temporary file: each shape there names the one
/// before it of its image, so that memory holds one place an image. For one thread.</summary>
internal sealed class ShapeChains(SpillFile aside)
{
    // Place and length of the shape before; a length of 0 for none.
    private const int Head = 12;

    private readonly Dictionary<string, ShapeChain> chains = new(StringComparer.Ordinal);

    /// <summary>Every image that has a shape.</summary>
    public IReadOnlyCollection<string> Images => chains.Keys;

    public void Add(string image, Shape shape)
    {
        var form = ShapeForm.Write(shape);
        var bytes = new byte[Head + form.Length];
        var before = chains.GetValueOrDefault(image);
        BinaryPrimitives.WriteInt64LittleEndian(bytes, before.Last.At);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), before.Last.Length);
        form.CopyTo(bytes, Head);
        chains[image] = new ShapeChain(aside.Put(bytes), before.Bytes + form.Length);
    }

    /// <summary>The chain of an image, or null where it has no shape.</summary>
    public ShapeChain? Of(string image) => chains.TryGetValue(image, out var chain) ? chain : null;

    /// <summary>The shapes of a chain in the order that they were added, each in <see cref="ShapeForm"/>.</summary>
    /// <exception cref="RoadSegException">mask-too-complex: more than <see cref="ShapeLimits.MaxBytes"/>.</exception>
    public static IReadOnlyList<byte[]> Read(SpillFile aside, ShapeChain chain)
    {
        if (chain.Bytes > ShapeLimits.MaxBytes)
            throw new RoadSegException(
                ErrorCodes.MaskTooComplex,
                $"The shapes of this image take {chain.Bytes:N0} bytes; at most {ShapeLimits.MaxBytes:N0} are drawn."
            );
        var shapes = new List<byte[]>();
        for (var place = chain.Last; place.Length > 0; )
        {
            var bytes = aside.Read(place);
            shapes.Add(bytes[Head..]);
            place = new Spilled(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)));
        }

        shapes.Reverse();
        return shapes;
    }
}
