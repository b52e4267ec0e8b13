using System.IO.Compression;
using System.IO.Hashing;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>Unpacks an untrusted archive into a folder of its own. What its directory claims is checked first, what comes out of it is
/// counted again: a directory can lie.</summary>
public static class ZipUnpacker
{
    private const long RatioFrom = 1 << 20;

    // An empty zip is its end record alone.
    private const int SmallestZip = 22;
    private static readonly string[] Lists = [".json", ".jsonl", ".csv", ".txt"];

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
            await UnpackAsync(archive, root, new ZipBudget(limits), new ZipNames(), cancel);
        }
        catch
        {
            Directory.Delete(root, recursive: true);
            throw;
        }
    }

    private static async Task UnpackAsync(Stream archive, string root, ZipBudget budget, ZipNames names, CancellationToken cancel)
    {
        if (archive.Length < SmallestZip)
            throw Refused(
                $"The archive has {archive.Length:N0} bytes, and no zip has fewer than {SmallestZip}: it was cut short, or is none. Send "
                    + "it again, whole."
            );
        try
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            foreach (var entry in Check(zip, archive.Length, budget, names))
                budget.Spend(await UnpackAsync(entry, Target(root, Nfc.Of(entry.FullName)), budget.Limits, budget.Left, cancel));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Refused(
                "The archive is damaged or of a kind that is not read (encrypted, or neither stored nor deflated). Pack it again as a "
                    + "plain zip.",
                e
            );
        }
    }

    /// <summary>Unpacks a set that came as archives, as many publishers hand them out: zips, with <c>dataset.json</c> and lists beside
    /// them. All of them share one root, so that paths are those of the files themselves; <c>dataset.json</c> beside the archives wins over
    /// one in them.</summary>
    /// <param name="files">The set as it was dropped.</param>
    /// <param name="folder">Folder to unpack into, new or empty; the caller removes it when the set has been read.</param>
    /// <param name="limits">What all archives of the set together may hold at most, with the lists.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <returns>The unpacked set; <paramref name="files"/> themselves where nothing has to be unpacked.</returns>
    /// <exception cref="RoadSegException">dataset-archive-refused; storage-unavailable.</exception>
    public static async Task<IDatasetFiles> ExpandAsync(IDatasetFiles files, string folder, ZipLimits limits, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(files);
        var (archives, lists) = (new List<string>(), new List<DatasetFile>());
        var described = false;
        await foreach (var file in files.ListAsync(cancel))
        {
            if (file.IsClutter)
                continue;
            if (file.Path == DatasetSpec.FileName)
                described = true;
            else if (file.Path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                archives.Add(file.Path);
            else if (Array.Exists(Lists, ending => file.Path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                lists.Add(file);
            else
                return files;
        }

        if (archives.Count == 0)
            return files;
        Directory.CreateDirectory(folder);
        var (budget, names) = (new ZipBudget(limits), new ZipNames());
        if (described)
        {
            await File.WriteAllBytesAsync(
                Path.Combine(folder, DatasetSpec.FileName),
                await files.ReadAsync(DatasetSpec.FileName, DatasetSpecJson.MaxBytes, cancel),
                cancel
            );
            names.AddBeside(DatasetSpec.FileName, null);
        }

        foreach (var list in lists.Where(list => ZipNames.IsPlain(list.Path) && !ZipNames.IsTooLong(list.Path)))
            names.AddBeside(list.Path, await CopyAsync(files, list, Target(folder, Nfc.Of(list.Path)), budget, cancel));
        foreach (var archive in archives.Order(StringComparer.Ordinal))
        {
            await using var stream = await files.OpenAsync(archive, cancel);
            await UnpackAsync(stream, folder, budget, names, cancel);
        }

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

    private static async Task<(long Bytes, uint Checksum)> CopyAsync(
        IDatasetFiles files,
        DatasetFile list,
        string target,
        ZipBudget budget,
        CancellationToken cancel
    )
    {
        if (File.Exists(target))
            throw Refused(
                $"'{PersonalData.Strip(list.Path)}' lies twice beside the archives (Unicode forms do not differ). Take one of the two out."
            );
        budget.Claim(list.Bytes);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var from = await files.OpenAsync(list.Path, cancel);
        await using var to = new FileStream(target, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        await from.CopyToAsync(to, cancel);
        to.Position = 0;
        var checksum = new Crc32();
        await checksum.AppendAsync(to, cancel);
        return (to.Length, checksum.GetCurrentHashAsUInt32());
    }

    // An archive of a folder brings the folder, and with it the set's own dataset.json one deeper.
    private static string Root(string folder)
    {
        if (File.Exists(Path.Combine(folder, DatasetSpec.FileName)))
            return folder;
        var inside = Directory.EnumerateFiles(folder, DatasetSpec.FileName, SearchOption.AllDirectories).Take(2).ToList();
        return inside.Count == 1 ? Path.GetDirectoryName(inside[0])! : folder;
    }

    // What the directory claims. Content is held to it afterwards: no entry gives more than was claimed for it.
    private static List<ZipArchiveEntry> Check(ZipArchive zip, long packed, ZipBudget budget, ZipNames names)
    {
        var limits = budget.Limits;
        budget.AddEntries(zip.Entries.Count);
        names.NextArchive();
        var wanted = new List<ZipArchiveEntry>();
        long total = 0;
        foreach (var entry in zip.Entries)
        {
            if (names.Add(entry))
                wanted.Add(entry);
            if (entry.Length > limits.MaxEntryBytes)
                throw Refused(
                    $"'{ZipNames.Shown(entry)}' unpacks to {entry.Length:N0} bytes; at most {limits.MaxEntryBytes:N0} are allowed for "
                        + "one file."
                );
            CheckRatio(entry, entry.Length, limits);
            budget.Claim(entry.Length);
            total += entry.Length;
        }

        // By the archive's own size: entries that lie over each other have packed bytes in common.
        if (total > RatioFrom && total / limits.MaxRatio > Math.Max(1, packed))
            throw Refused($"The archive unpacks to over {limits.MaxRatio} times its size. Drop the files themselves.");
        return wanted;
    }

    private static async Task<long> UnpackAsync(ZipArchiveEntry entry, string target, ZipLimits limits, long left, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using var packed = await entry.OpenAsync(cancel);
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var buffer = new byte[1 << 16];
        var checksum = new Crc32();
        long written = 0;
        for (int read; (read = await packed.ReadAsync(buffer, cancel)) > 0; )
        {
            written += read;
            if (written > limits.MaxEntryBytes || written > left)
                throw Refused($"'{ZipNames.Shown(entry)}' unpacks to more than the archive's directory says or than is allowed.");
            CheckRatio(entry, written, limits);
            checksum.Append(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancel);
        }

        // The reader stops at the size that the directory states and checks nothing.
        return written == entry.Length && checksum.GetCurrentHashAsUInt32() == entry.Crc32
            ? written
            : throw Refused(
                $"'{ZipNames.Shown(entry)}' is damaged: its content differs from the archive's directory. Pack and send it again."
            );
    }

    private static void CheckRatio(ZipArchiveEntry entry, long bytes, ZipLimits limits)
    {
        if (bytes > RatioFrom && bytes / limits.MaxRatio > Math.Max(1, entry.CompressedLength))
            throw Refused($"'{ZipNames.Shown(entry)}' unpacks to over {limits.MaxRatio} times its packed size. Drop the file itself.");
    }

    private static string Target(string root, string path) => Path.Combine(root, path.Replace('/', Path.DirectorySeparatorChar));

    internal static RoadSegException Refused(string message, Exception? inner = null) =>
        new(ErrorCodes.DatasetArchiveRefused, message, inner);
}
