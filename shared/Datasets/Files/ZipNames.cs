using System.IO.Compression;
using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>The names of a set's archives, which share one root: plain paths that any file system takes, none of them twice in an archive,
/// and none in two with different content.</summary>
internal sealed class ZipNames
{
    private const int MaxPathBytes = 1024;
    private const int MaxNameBytes = 255;
    private const int MaxDepth = 32;

    private readonly HashSet<string> entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> folders = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (long Bytes, uint Checksum)?> files = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The entries that follow are of another archive.</summary>
    public void NextArchive() => entries.Clear();

    /// <summary>A file that lies beside the archives.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="content">Size and CRC-32; null for a file that counts whatever an archive has in its place.</param>
    /// <exception cref="RoadSegException">dataset-archive-refused.</exception>
    public void AddBeside(string path, (long Bytes, uint Checksum)? content) => Place(Nfc.Of(path), content, PersonalData.Strip(path));

    /// <returns>False for what need not be unpacked: what a desktop leaves, and what the set has already.</returns>
    /// <exception cref="RoadSegException">dataset-archive-refused.</exception>
    public bool Add(ZipArchiveEntry entry)
    {
        Check(entry);
        var name = Nfc.Of(entry.FullName.TrimEnd('/'));
        if (!entries.Add(name))
            throw ZipUnpacker.Refused(
                $"The archive holds '{Shown(entry)}' twice (upper and lower case, and Unicode forms, do not differ). Pack it again."
            );
        if (IsFolder(entry))
        {
            Parents(name + "/", Shown(entry));
            return false;
        }

        if (new DatasetFile(name, entry.Length).IsClutter)
            return false;
        if (!files.TryGetValue(name, out var known))
        {
            Place(name, (entry.Length, entry.Crc32), Shown(entry));
            return true;
        }

        if (known is null || known == (entry.Length, entry.Crc32) || IsDocument(name))
            return false;
        throw ZipUnpacker.Refused(
            $"'{Shown(entry)}' lies in two archives of the set, or in one and beside it, with different content (upper and lower case do "
                + "not differ). Take one of the two out, or rename it."
        );
    }

    public static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/');

    public static string Shown(ZipArchiveEntry entry) =>
        new([.. PersonalData.Strip(entry.FullName).Take(120).Select(c => char.IsControl(c) ? '?' : c)]);

    /// <summary>True for a path that stays below the folder it is joined to.</summary>
    public static bool IsPlain(string path) =>
        path is not ("" or ['/', ..])
        && !path.Contains('\\', StringComparison.Ordinal)
        && !path.Contains(':', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && path.TrimEnd('/').Split('/') is { Length: <= MaxDepth } parts
        && !parts.Any(part => part is "" or "." or "..");

    /// <summary>True for a path that file systems refuse.</summary>
    public static bool IsTooLong(string path) =>
        Encoding.UTF8.GetByteCount(path) > MaxPathBytes || path.Split('/').Any(part => Encoding.UTF8.GetByteCount(part) > MaxNameBytes);

    private void Place(string path, (long Bytes, uint Checksum)? content, string shown)
    {
        files[path] = content;
        if (folders.Contains(path))
            throw Both(shown);
        Parents(path, shown);
    }

    // A known folder has its parents known.
    private void Parents(string path, string shown)
    {
        for (var end = path.LastIndexOf('/'); end > 0 && folders.Add(path[..end]); end = path.LastIndexOf('/', end - 1))
        {
            if (files.ContainsKey(path[..end]))
                throw Both(shown);
        }
    }

    private static RoadSegException Both(string shown) =>
        ZipUnpacker.Refused($"The set's archives hold a file and a folder of one name, seen at '{shown}'. Pack them again.");

    // What publishers put into each of their archives, and no layout reads.
    private static bool IsDocument(string name) =>
        Path.GetFileNameWithoutExtension(name).ToUpperInvariant() is "README" or "LICENSE" or "LICENCE"
        && Path.GetExtension(name).ToUpperInvariant() is "" or ".TXT" or ".MD";

    private static void Check(ZipArchiveEntry entry)
    {
        var path = entry.FullName;
        if (!IsPlain(path))
            throw ZipUnpacker.Refused(
                $"The archive's entry '{Shown(entry)}' is no plain relative path. Pack the folder again with paths relative to it."
            );
        if (IsTooLong(path))
            throw ZipUnpacker.Refused(
                $"The archive's entry '{Shown(entry)}...' has a name of over {MaxNameBytes} bytes or a path of over {MaxPathBytes:N0}. "
                    + "Shorten it and pack the folder again."
            );

        // Unix mode in the upper half: 0120000 is a link, 0100000 a file, 0040000 a folder, 0 unknown.
        if (((entry.ExternalAttributes >> 16) & 0xF000) is not (0 or 0x8000 or 0x4000))
            throw ZipUnpacker.Refused($"The archive's entry '{Shown(entry)}' is a link or a device. Pack the files themselves.");
    }
}
