using System.Text.Json;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Exports;

/// <summary>Writes labelled photos in the form of a labelling tool, one after the other: memory holds one photo, a curated set's shard, and
/// the photos' names.</summary>
public sealed class DatasetExport
{
    private readonly IExportWriter _writer;

    /// <summary>Begins an export.</summary>
    /// <param name="format">The form.</param>
    /// <param name="set">What is exported.</param>
    /// <param name="files">Takes it; not owned.</param>
    /// <exception cref="RoadSegException">dataset-invalid: the form cannot say one of the classes.</exception>
    public DatasetExport(ExportFormat format, ExportedSet set, ExportFiles files)
    {
        ArgumentNullException.ThrowIfNull(format);
        _writer = format.Open(set, files);
    }

    /// <summary>Photos so far.</summary>
    public int Photos { get; private set; }

    /// <summary>Writes a photo with its labels.</summary>
    /// <exception cref="RoadSegException">mask-too-complex: the mask is noise rather than regions.</exception>
    public void Add(ExportedPhoto photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        _writer.Add(photo);
        Photos++;
    }

    /// <summary>Writes the lists that name all photos: then the export is whole.</summary>
    public void Finish() => _writer.Finish();

    /// <summary>Writes a curated version into a new folder, which appears whole or not at all.</summary>
    /// <param name="set">The version.</param>
    /// <param name="format">The form.</param>
    /// <param name="folder">Folder to make.</param>
    /// <param name="progress">Called after each photo; null when nobody listens.</param>
    /// <param name="cancel">Stops between photos.</param>
    /// <exception cref="IOException">The folder exists.</exception>
    /// <exception cref="RoadSegException">curated-set-invalid, dataset-empty, dataset-invalid or mask-too-complex.</exception>
    public static void ToFolder(
        CuratedSet set,
        ExportFormat format,
        string folder,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancel = default
    )
    {
        ArgumentNullException.ThrowIfNull(set);
        var target = Path.GetFullPath(folder);
        if (Path.Exists(target))
            throw new IOException($"'{folder}' exists already: choose another folder.");
        using var staging = new StagingFolder(target);
        using (var files = ExportFiles.InFolder(staging.Path))
            Write(set, format, files, progress, cancel);
        staging.MoveTo(target);
    }

    /// <summary>Writes a curated version into a zip.</summary>
    /// <param name="set">The version.</param>
    /// <param name="format">The form.</param>
    /// <param name="zip">Takes it; stays open.</param>
    /// <param name="progress">Called after each photo; null when nobody listens.</param>
    /// <param name="cancel">Stops between photos.</param>
    /// <exception cref="RoadSegException">curated-set-invalid, dataset-empty, dataset-invalid or mask-too-complex.</exception>
    public static void ToArchive(
        CuratedSet set,
        ExportFormat format,
        Stream zip,
        IProgress<DatasetProgress>? progress = null,
        CancellationToken cancel = default
    )
    {
        ArgumentNullException.ThrowIfNull(set);
        using var files = ExportFiles.InArchive(zip);
        Write(set, format, files, progress, cancel);
    }

    private static void Write(
        CuratedSet set,
        ExportFormat format,
        ExportFiles files,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancel
    )
    {
        var manifest = set.Manifest;
        var total = manifest.Splits.Sum(split => split.Samples);
        if (total == 0)
            throw new RoadSegException(ErrorCodes.DatasetEmpty, "The version holds no photo: there is nothing to export.");
        var export = new DatasetExport(format, new ExportedSet(manifest.Name, set.Version, set.Labels, manifest.Licence), files);
        foreach (var split in manifest.Splits)
        {
            foreach (var (sample, group) in set.Samples(split.Split).Zip(Groups(set, split.Split)))
            {
                cancel.ThrowIfCancellationRequested();
                var (image, png) = (sample.Image, PhotoEncoder.Png(sample.Image));
                export.Add(new ExportedPhoto(sample.Id, split.Split, group, png, "png", image.Width, image.Height, sample.Ids));
                progress?.Report(new DatasetProgress("exporting", export.Photos, (int)Math.Min(total, int.MaxValue)));
            }
        }

        export.Finish();
    }

    // The lines are in the order of the shards; two samples may have one identifier.
    private static IEnumerable<string> Groups(CuratedSet set, Split split)
    {
        var (file, number) = (set.Manifest.Samples.File, 0);
        var path = Path.Combine(set.Folder, file);
        if (Path.GetFileName(file) != file || !File.Exists(path))
            throw CuratedManifest.Invalid($"{file} is missing.");
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (Line(text, file, number) is { } line && line.Split == split)
                yield return line.Group;
        }

        // A damaged list must not cut the export short.
        while (true)
            yield return "";
    }

    private static CuratedLine Line(string text, string file, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CuratedLineContext.Default.CuratedLine)
                ?? throw CuratedManifest.Invalid($"Line {number} of {file} is null.");
        }
        catch (JsonException e)
        {
            throw CuratedManifest.Invalid($"Line {number} of {file} cannot be read: {JsonFault.Of(e)}", e);
        }
    }
}
