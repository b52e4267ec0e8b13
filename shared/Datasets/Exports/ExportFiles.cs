using System.IO.Compression;
using System.Text;

namespace RoadSeg.Datasets.Exports;

/// <summary>Takes the files of an export, one after the other, into a folder or a zip. For one thread.</summary>
public sealed class ExportFiles : IDisposable
{
    // One time for all: the same labels give the same archive.
    private static readonly DateTimeOffset Written = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Func<string, CompressionLevel, Stream> _open;
    private readonly ZipArchive? _archive;
    private readonly List<FileStream> _aside = [];

    private ExportFiles(Func<string, CompressionLevel, Stream> open, ZipArchive? archive) => (_open, _archive) = (open, archive);

    /// <summary>Files below a folder, made where missing.</summary>
    public static ExportFiles InFolder(string folder)
    {
        return new ExportFiles(Create, null);

        Stream Create(string path, CompressionLevel level)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return new FileStream(full, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        }
    }

    /// <summary>Entries of a zip, which is whole when this is disposed.</summary>
    /// <param name="zip">Takes it; stays open.</param>
    public static ExportFiles InArchive(Stream zip)
    {
        var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true);
        return new ExportFiles(
            (path, level) =>
            {
                var entry = archive.CreateEntry(path, level);
                entry.LastWriteTime = Written;
                return entry.Open();
            },
            archive
        );
    }

    /// <summary>Writes a file that is packed already, such as a picture.</summary>
    internal void Add(string path, ReadOnlySpan<byte> content)
    {
        using var file = _open(path, CompressionLevel.NoCompression);
        file.Write(content);
    }

    /// <summary>Writes a text file as UTF-8.</summary>
    internal void Add(string path, string text)
    {
        using var file = Open(path);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A file to write at once: no other is written until it is disposed.</summary>
    internal Stream Open(string path) => _open(path, CompressionLevel.Fastest);

    /// <summary>What is written along with the photos and belongs into a list behind them: a temporary file, gone with this.</summary>
    internal Stream Aside()
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), $"roadseg-export-{Guid.NewGuid():N}.part"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 16,
            FileOptions.DeleteOnClose
        );
        _aside.Add(file);
        return file;
    }

    /// <summary>Copies what <see cref="Aside"/> gave, from its start.</summary>
    internal static void Copy(Stream aside, Stream to)
    {
        aside.Position = 0;
        aside.CopyTo(to);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _aside)
            file.Dispose();
        _archive?.Dispose();
    }
}
