using System.Buffers.Binary;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>
/// Makes a version that a shared library asks for a wish. The loader refuses a library whose needs name a version (.gnu.version_r) that the
/// library in question does not define, unless the flag VER_FLG_WEAK stands beside it; then it only looks whether the symbols are there.
/// </summary>
internal static class WeakVersion
{
    private const ushort Weak = 2;

    // ELF's names and offsets, 64 bits, little-endian (System V ABI; LSB 5, chapter 10.7 for versions).
    private const int ProgramHeaderSize = 56;
    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const long StringTable = 5;
    private const long VersionNeeds = 0x6ffffffe;
    private const long VersionNeedCount = 0x6fffffff;

    /// <summary>Sets the flag in every record of that version.</summary>
    /// <param name="library">A shared library for 64 bits, whole; changed in place.</param>
    /// <param name="version">Such as <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many records name the version: 0 when the library does not ask for it.</returns>
    /// <exception cref="InvalidDataException">It is no such library, or is damaged.</exception>
    public static int Set(Span<byte> library, string version)
    {
        try
        {
            return SetIn(library, System.Text.Encoding.ASCII.GetBytes(version));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The library is cut short or damaged.", e);
        }
    }

    private static int SetIn(Span<byte> library, ReadOnlySpan<byte> version)
    {
        if (!library.StartsWith("\u007fELF\u0002\u0001"u8))
            throw new InvalidDataException("This is no shared library for 64 bits.");
        var (needs, count, table) = (Find(library, VersionNeeds), Find(library, VersionNeedCount), Find(library, StringTable));
        if (needs is null || count is null || table is null)
            return 0;
        var strings = FileOffset(library, table.Value);
        var (need, set) = (FileOffset(library, needs.Value), 0);

        // For each library needed a record, and behind it one for each version of it.
        for (var left = count.Value; left > 0; left--)
        {
            var entry = checked(need + (int)U32(library, need + 8));
            for (int versions = U16(library, need + 2); versions > 0; versions--)
            {
                var name = library[checked(strings + (int)U32(library, entry + 8))..];
                if (name[..name.IndexOf((byte)0)].SequenceEqual(version))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(library[(entry + 4)..], (ushort)(U16(library, entry + 4) | Weak));
                    set++;
                }

                entry = checked(entry + (int)U32(library, entry + 12));
            }

            need = checked(need + (int)U32(library, need + 12));
        }

        return set;
    }

    /// <summary>A value of the dynamic section; null when it is not there.</summary>
    private static long? Find(ReadOnlySpan<byte> library, long tag)
    {
        foreach (var header in ProgramHeaders(library))
        {
            if (U32(library, header) != Dynamic)
                continue;
            var (at, end) = (Offset(library, header + 8), checked(Offset(library, header + 8) + Offset(library, header + 32)));
            for (; at < end; at += 16)
            {
                if (I64(library, at) == tag)
                    return I64(library, at + 8);
            }
        }

        return null;
    }

    /// <summary>Where an address of the loaded library lies in the file.</summary>
    private static int FileOffset(ReadOnlySpan<byte> library, long address)
    {
        foreach (var header in ProgramHeaders(library))
        {
            var (offset, start, size) = (I64(library, header + 8), I64(library, header + 16), I64(library, header + 32));
            if (U32(library, header) == Load && address >= start && address - start < size)
                return checked((int)(address - start + offset));
        }

        throw new InvalidDataException("The library is damaged: an address of its dynamic section is in none of its segments.");
    }

    private static IEnumerable<int> ProgramHeaders(ReadOnlySpan<byte> library)
    {
        var first = Offset(library, 32);
        return Enumerable.Range(0, U16(library, 56)).Select(i => checked(first + (i * ProgramHeaderSize)));
    }

    private static ushort U16(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadUInt16LittleEndian(library[at..]);

    private static uint U32(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadUInt32LittleEndian(library[at..]);

    private static long I64(ReadOnlySpan<byte> library, int at) => BinaryPrimitives.ReadInt64LittleEndian(library[at..]);

    private static int Offset(ReadOnlySpan<byte> library, int at) => checked((int)I64(library, at));
}
