using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RoadSeg.Native;

/// <summary>Native libraries by their path. A library loaded by its name alone is looked for in a dozen places, and of a file that is
/// damaged or too new for the system .NET then says a dozen times that it is not elsewhere.</summary>
public static class NativeFile
{
    /// <summary>What the files of both packages, libvips and ONNX Runtime, ask of the system.</summary>
    internal const string Needs =
        "It needs glibc 2.28 and libstdc++ of GCC 7 (GLIBCXX_3.4.22, CXXABI_1.3.11) or newer, as Debian 10, Ubuntu 20.04 and later "
        + "have them (apt-get install libstdc++6 libgcc-s1)";

    /// <summary>Where a program's own native libraries lie: beside it, or where a build for any system puts them.</summary>
    public static IReadOnlyList<string> Folders { get; } =
    [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")];

    /// <summary>The loader's own reason, on one line and without a full stop: "/app/libvips.so.42: file too short".</summary>
    /// <param name="e">What <see cref="NativeLibrary"/> threw, or a static constructor that used it.</param>
    public static string Reason(Exception e)
    {
        if (e is TypeInitializationException { InnerException: { } inner })
            return Reason(inner);

        // .NET's own sentences come first, the loader's reason last.
        var lines = e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines is [.., var last] ? last.TrimEnd('.') : e.GetType().Name;
    }

    /// <summary>The program's own file of that name; null where it has none.</summary>
    internal static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Loads a library for as long as the process lives.</summary>
    /// <param name="path">Its file, or a name that the system knows.</param>
    /// <exception cref="DllNotFoundException">It cannot be loaded: see <see cref="Reason"/>.</exception>
    public static nint Load(string path)
    {
        // The loader maps what the headers say, and touching a page that the file does not have kills the process without a word.
        if (IsCutShort(path))
            throw new DllNotFoundException($"{path}: file cut short");
        return NativeLibrary.Load(path);
    }

    /// <summary>The same, refused with a sentence.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="refusal">What the message says before the loader's reason.</param>
    /// <exception cref="NativeLibraryException">It cannot be loaded.</exception>
    internal static nint Open(string path, string refusal)
    {
        try
        {
            return Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new NativeLibraryException($"{refusal} The system says: {Reason(e)}.", e);
        }
    }

    // Whether a segment ends behind the file's end. Of ELF files for 64 bits (System V ABI, chapters 4 and 5); others the loader refuses.
    private static bool IsCutShort(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = (ulong)RandomAccess.GetLength(file);
            Span<byte> header = stackalloc byte[64];
            if (RandomAccess.Read(file, header, 0) < header.Length || !header.StartsWith("\u007fELF\u0002\u0001"u8))
                return false;
            var table = BinaryPrimitives.ReadInt64LittleEndian(header[0x20..]);
            var count = BinaryPrimitives.ReadUInt16LittleEndian(header[0x38..]);
            Span<byte> segment = stackalloc byte[56];
            for (var i = 0; i < count; i++)
            {
                if (table < 0 || RandomAccess.Read(file, segment, table + (i * segment.Length)) < segment.Length)
                    return true;
                var start = BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]);
                var size = BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]);
                if (start > length || size > length - start)
                    return true;
            }

            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A name that the system looks for, or a file that it will refuse with its own reason.
            return false;
        }
    }
}
