using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Curation;

/// <summary>The form of a shard: the eight bytes <c>RSEGSET1</c>, then for each sample, numbers little-endian: width, height and length of
/// the identifier in UTF-8 (4 bytes each), the identifier, RGB [height, width, 3], ids [height, width].</summary>
internal static class Shard
{
    private const int MaxSide = 4096;
    private const int MaxIdBytes = 4096;

    private static ReadOnlySpan<byte> Magic => "RSEGSET1"u8;

    public static int MagicBytes => 8;

    public static byte[] Header() => Magic.ToArray();

    public static byte[] RecordHead(string id, int width, int height)
    {
        var name = Encoding.UTF8.GetBytes(id);
        var head = new byte[12 + name.Length];
        BinaryPrimitives.WriteInt32LittleEndian(head, width);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), height);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), name.Length);
        name.CopyTo(head, 12);
        return head;
    }

    /// <summary>Reads a whole shard and holds it against its manifest.</summary>
    /// <exception cref="Errors.RoadSegException">curated-set-invalid.</exception>
    public static CuratedSample[] Parse(string name, ReadOnlySpan<byte> bytes, CuratedShard expected, int classes)
    {
        if (bytes.Length != expected.Bytes || Convert.ToHexStringLower(SHA256.HashData(bytes)) != expected.Sha256)
            throw CuratedManifest.Invalid($"The shard {name} differs from its hash in the manifest.");
        if (!bytes.StartsWith(Magic))
            throw CuratedManifest.Invalid($"The shard {name} does not begin as one.");
        if (expected.Samples > bytes.Length / 12)
            throw CuratedManifest.Invalid($"The shard {name} cannot hold its {expected.Samples} samples.");
        var samples = new CuratedSample[expected.Samples];
        var rest = bytes[MagicBytes..];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = Record(name, ref rest, classes);
        return rest.IsEmpty ? samples : throw CuratedManifest.Invalid($"The shard {name} holds more than its {samples.Length} samples.");
    }

    private static CuratedSample Record(string name, ref ReadOnlySpan<byte> rest, int classes)
    {
        var (width, height, idBytes) = (Number(name, ref rest), Number(name, ref rest), Number(name, ref rest));
        if (
            width is < 1 or > MaxSide
            || height is < 1 or > MaxSide
            || idBytes is < 0 or > MaxIdBytes
            || rest.Length < idBytes + (4L * width * height)
        )
            throw CuratedManifest.Invalid($"The shard {name} holds a sample of {width} x {height} pixels that does not fit it.");
        var id = Encoding.UTF8.GetString(Take(ref rest, idBytes));
        var pixels = Take(ref rest, 3 * width * height).ToArray();
        var ids = Take(ref rest, width * height).ToArray();
        foreach (var value in ids)
        {
            if (value >= classes && value != 255)
                throw CuratedManifest.Invalid($"The shard {name} holds the id {value}, which is no class.");
        }

        return new CuratedSample(id, new RgbImage(width, height, pixels), ids);
    }

    private static int Number(string name, ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 4)
            throw CuratedManifest.Invalid($"The shard {name} is cut short.");
        return BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, 4));
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
