using System.Buffers.Binary;
using System.Text;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>64-bit little-endian ELF files, as far as their dynamic section (System V ABI, chapters 4 and 5).</summary>
internal static class Elf
{
    private const int DynamicSection = 6;
    private const long NeededTag = 1;

    /// <summary>Whether it begins as an ELF file does.</summary>
    public static bool Is(string file)
    {
        using var content = File.OpenRead(file);
        Span<byte> start = stackalloc byte[4];
        return content.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("\u007fELF"u8);
    }

    /// <summary>The libraries that a shared library names itself (DT_NEEDED), in its order.</summary>
    public static IReadOnlyList<string> Needed(ReadOnlySpan<byte> file)
    {
        var (sections, size, count) = ((int)Read64(file, 0x28), Read16(file, 0x3a), Read16(file, 0x3c));
        var names = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var section = file.Slice(sections + (i * size), size);
            if (BinaryPrimitives.ReadInt32LittleEndian(section[4..]) != DynamicSection)
                continue;

            // The section it is linked with holds the names.
            var strings = file[(int)Read64(file, sections + (BinaryPrimitives.ReadInt32LittleEndian(section[0x28..]) * size) + 0x18)..];
            var entries = file.Slice((int)Read64(section, 0x18), (int)Read64(section, 0x20));
            for (var at = 0; at < entries.Length; at += 16)
            {
                if (Read64(entries, at) == NeededTag)
                    names.Add(Text(strings[(int)Read64(entries, at + 8)..]));
            }
        }

        return names;
    }

    private static string Text(ReadOnlySpan<byte> from) => Encoding.ASCII.GetString(from[..from.IndexOf((byte)0)]);

    private static long Read64(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadInt64LittleEndian(from[at..]);

    private static int Read16(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadUInt16LittleEndian(from[at..]);
}
