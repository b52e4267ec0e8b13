using System.IO.Compression;
using System.IO.Hashing;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>Unpacks an archive of a stranger into a folder of its own. What its directory claims is checked first, what comes out of it is
/// counted again: a directory can lie.</summary>
public static class ZipUnpacker
{
    private const long RatioFrom = 1 << 20;
    private const int MaxPath = 1024;
    private const int MaxDepth = 32;

    /// <summary>Unpacks.</summary>
    /// <param name="archive">The archive, seekable; not disposed.</param>
    /// <param name="destination">Folder that must not exist or be empty. On failure nothing of the archive is left in it.</param>
    /// <param name="limits">What is allowed at most.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">dataset-archive-refused: a path that leads out, a link, two entries of one name, a limit, or a
    /// damaged archive.</exception>
    public static async Task UnpackAsync(Stream archive, string destination, ZipLimits limits, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(limits);
        var root = Path.GetFullPath(destination);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new IOException($"'{destination}' is not empty: unpack into a new folder.");
        Directory.CreateDirectory(root);
        try
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            Check(zip, limits);
            long total = 0;
            foreach (var entry in zip.Entries.Where(entry => !IsFolder(entry)))
                total += await UnpackAsync(entry, Target(root, entry.FullName), limits, limits.MaxTotalBytes - total, cancel);
        }
        catch (Exception e)
        {
            Directory.Delete(root, recursive: true);
            if (e is InvalidDataException or EndOfStreamException)
                throw Refused("The archive is damaged or of a kind that is not read (encrypted, or neither stored nor deflated). Pack it again as a plain zip.", e);
            throw;
        }
    }

    /// <summary>Unpacks a set that came as archives: every file but <c>dataset.json</c> is a zip, as many publishers hand them out.</summary>
    /// <param name="files">The set as it was dropped.</param>
    /// <param name="folder">Folder to unpack into, new or empty; the caller removes it when the set has been read.</param>
    /// <param name="limits">What each archive may hold at most.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <returns>The unpacked set; <paramref name="files"/> themselves where nothing has to be unpacked.</returns>
    /// <exception cref="RoadSegException">dataset-archive-refused; storage-unavailable.</exception>
    public static async Task<IDatasetFiles> ExpandAsync(IDatasetFiles files, string folder, ZipLimits limits, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(files);
        var archives = new List<string>();
        var described = false;
        await foreach (var file in files.ListAsync(cancel))
        {
            if (file.Path == DatasetSpec.FileName)
                described = true;
            else if (file.Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                archives.Add(file.Path);
            else
                return files;
        }

        if (archives.Count == 0)
            return files;
        foreach (var (archive, number) in archives.Order(StringComparer.Ordinal).Select((archive, i) => (archive, i)))
        {
            await using var stream = await files.OpenAsync(archive, cancel);
            // Numbered, not named: the archive's name is a stranger's too.
            await UnpackAsync(stream, Path.Combine(folder, $"archive-{number}"), limits, cancel);
        }

        if (described)
            await File.WriteAllBytesAsync(Path.Combine(folder, DatasetSpec.FileName), await files.ReadAsync(DatasetSpec.FileName, DatasetSpecJson.MaxBytes, cancel), cancel);
        return new LocalFolderFiles(Root(folder));
    }

    /// <summary>Unpacks one archive that is a whole set.</summary>
    /// <returns>The set's folder: <paramref name="destination"/>, or the one below it that holds the only <c>dataset.json</c>.</returns>
    /// <exception cref="RoadSegException">dataset-archive-refused.</exception>
    public static async Task<string> UnpackSetAsync(Stream archive, string destination, ZipLimits limits, CancellationToken cancel)
    {
        await UnpackAsync(archive, destination, limits, cancel);
        return Root(Path.GetFullPath(destination));
    }

    // An archive of a folder brings the folder, and with it the set's own dataset.json one deeper.
    private static string Root(string folder)
    {
        if (File.Exists(Path.Combine(folder, DatasetSpec.FileName)))
            return folder;
        var inside = Directory.EnumerateFiles(folder, DatasetSpec.FileName, SearchOption.AllDirectories).Take(2).ToList();
        return inside.Count == 1 ? Path.GetDirectoryName(inside[0])! : folder;
    }

    private static void Check(ZipArchive zip, ZipLimits limits)
    {
        if (zip.Entries.Count > limits.MaxEntries)
            throw Refused($"The archive holds {zip.Entries.Count:N0} entries; at most {limits.MaxEntries:N0} are allowed. Drop the files themselves.");
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long total = 0;
        foreach (var entry in zip.Entries)
        {
            CheckPath(entry);
            if (!names.Add(entry.FullName.TrimEnd('/')))
                throw Refused($"The archive holds '{Shown(entry)}' twice (upper and lower case do not differ). Pack it again.");
            if (entry.Length > limits.MaxEntryBytes)
                throw Refused($"'{Shown(entry)}' unpacks to {entry.Length:N0} bytes; at most {limits.MaxEntryBytes:N0} are allowed for one file.");
            CheckRatio(entry, entry.Length, limits);
            total += entry.Length;
            if (total > limits.MaxTotalBytes)
                throw Refused($"The archive unpacks to more than {limits.MaxTotalBytes:N0} bytes. Drop the files themselves.");
        }
    }

    private static void CheckPath(ZipArchiveEntry entry)
    {
        var path = entry.FullName;
        var parts = path.TrimEnd('/').Split('/');
        if (path.Length is 0 or > MaxPath || parts.Length > MaxDepth || path[0] == '/' || path.Contains('\\', StringComparison.Ordinal) || path.Contains(':', StringComparison.Ordinal)
            || path.Any(char.IsControl) || parts.Any(part => part is "" or "." or ".."))
        {
            throw Refused($"The archive's entry '{Shown(entry)}' is no plain relative path. Pack the folder again with paths relative to it.");
        }

        // Unix mode in the upper half: 0120000 is a link, 0100000 a file, 0040000 a folder, 0 unknown.
        if (((entry.ExternalAttributes >> 16) & 0xF000) is not (0 or 0x8000 or 0x4000))
            throw Refused($"The archive's entry '{Shown(entry)}' is a link or a device. Pack the files themselves.");
    }

    private static async Task<long> UnpackAsync(ZipArchiveEntry entry, string target, ZipLimits limits, long left, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var packed = await entry.OpenAsync(cancel);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 16];
        var checksum = new Crc32();
        long written = 0;
        for (int read; (read = await packed.ReadAsync(buffer, cancel)) > 0;)
        {
            written += read;
            if (written > limits.MaxEntryBytes || written > left)
                throw Refused($"'{Shown(entry)}' unpacks to more than the archive's directory says or than is allowed.");
            CheckRatio(entry, written, limits);
            checksum.Append(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        // The reader stops at the size that the directory states and checks nothing.
        return written == entry.Length && checksum.GetCurrentHashAsUInt32() == entry.Crc32
            ? written
            : throw Refused($"'{Shown(entry)}' is damaged: its content differs from the archive's directory. Pack and send it again.");
    }

    private static void CheckRatio(ZipArchiveEntry entry, long bytes, ZipLimits limits)
    {
        if (bytes > RatioFrom && bytes / limits.MaxRatio > Math.Max(1, entry.CompressedLength))
            throw Refused($"'{Shown(entry)}' unpacks to over {limits.MaxRatio} times its packed size. Drop the file itself.");
    }

    private static string Target(string root, string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    private static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/');

    private static string Shown(ZipArchiveEntry entry) =>
        new([.. PersonalData.Strip(entry.FullName).Take(120).Select(c => char.IsControl(c) ? '?' : c)]);

    private static RoadSegException Refused(string message, Exception? inner = null) => new(ErrorCodes.DatasetArchiveRefused, message, inner);
}
