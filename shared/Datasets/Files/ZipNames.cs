using System.IO.Compression;
using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>The names of one archive: plain paths that any file system takes, and none of them twice.</summary>
internal sealed class ZipNames
{
    private const int MaxPathBytes = 1024;
    private const int MaxNameBytes = 255;
    private const int MaxDepth = 32;

    private readonly HashSet<string> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> files = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="RoadSegException">dataset-archive-refused.</exception>
    public void Add(ZipArchiveEntry entry)
    {
        Check(entry);
        var name = entry.FullName.TrimEnd('/');
        if (!entries.Add(name))
            throw ZipUnpacker.Refused($"The archive holds '{Shown(entry)}' twice (upper and lower case do not differ). Pack it again.");
        if (!IsFolder(entry))
            files.Add(name);
        var both = folders.Contains(name) && !IsFolder(entry);

        // A known folder has its parents known.
        for (var end = IsFolder(entry) ? name.Length : name.LastIndexOf('/'); end > 0 && folders.Add(name[..end]); end = name.LastIndexOf('/', end - 1))
            both |= files.Contains(name[..end]);
        if (both)
            throw ZipUnpacker.Refused($"The archive holds a file and a folder of one name, seen at '{Shown(entry)}'. Pack it again.");
    }

    public static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/');

    public static string Shown(ZipArchiveEntry entry) =>
        new([.. PersonalData.Strip(entry.FullName).Take(120).Select(c => char.IsControl(c) ? '?' : c)]);

    /// <summary>True for a path that stays below the folder it is joined to.</summary>
    public static bool IsPlain(string path) =>
        path is not ("" or ['/', ..]) && !path.Contains('\\', StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal) && !path.Any(char.IsControl)
        && path.TrimEnd('/').Split('/') is { Length: <= MaxDepth } parts && !parts.Any(part => part is "" or "." or "..");

    /// <summary>True for a path that file systems refuse.</summary>
    public static bool IsTooLong(string path) =>
        Encoding.UTF8.GetByteCount(path) > MaxPathBytes || path.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > MaxNameBytes);

    private static void Check(ZipArchiveEntry entry)
    {
        var path = entry.FullName;
        if (!IsPlain(path))
            throw ZipUnpacker.Refused($"The archive's entry '{Shown(entry)}' is no plain relative path. Pack the folder again with paths relative to it.");
        if (IsTooLong(path))
            throw ZipUnpacker.Refused($"The archive's entry '{Shown(entry)}...' has a name of over {MaxNameBytes} bytes or a path of over {MaxPathBytes:N0}. Shorten it and pack the folder again.");

        // Unix mode in the upper half: 0120000 is a link, 0100000 a file, 0040000 a folder, 0 unknown.
        if (((entry.ExternalAttributes >> 16) & 0xF000) is not (0 or 0x8000 or 0x4000))
            throw ZipUnpacker.Refused($"The archive's entry '{Shown(entry)}' is a link or a device. Pack the files themselves.");
    }
}
