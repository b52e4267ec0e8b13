using System.IO.Compression;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Review;

/// <summary>Makes a data set of listed photos that can be corrected and dropped as it is: <c>images/</c>, <c>masks/</c> with what
/// persons reviewed, and otherwise the model's own masks as first labels, and <c>dataset.json</c>; or the files that a labelling tool
/// imports.</summary>
internal sealed class ReviewExport(BlobServiceClient blobs, ResultReader results, ReviewedMasks masks, PhotoSlots slots, ImageLimits limits)
{
    /// <summary>Writes the archive into a temporary file that goes with its stream.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="format">Form of a labelling tool; null for a data set.</param>
    /// <param name="photos">What goes in: those of the first one's classes whose photo and mask are still kept.</param>
    /// <param name="cancel">Stops; nothing is left then.</param>
    /// <exception cref="RoadSegException">request-invalid: nothing is left to export; dataset-invalid: the form cannot name a class;
    /// mask-too-complex: a mask is noise.</exception>
    public async Task<Stream> WriteAsync(string name, ExportFormat? format, IReadOnlyList<ReviewedPhoto> photos, CancellationToken cancel)
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), $"roadseg-review-{Guid.NewGuid():N}.zip"),
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.None,
            1 << 16,
            FileOptions.DeleteOnClose | FileOptions.Asynchronous
        );
        try
        {
            var fitting = photos.Where(photo => Same(photo.Summary, photos[0].Summary)).ToList();
            var written =
                fitting.Count == 0 ? 0
                : format is null ? await DatasetAsync(file, name, fitting, cancel)
                : await ToolAsync(file, new ExportedSet(name, "", fitting[0].Summary.Catalogue(), ""), format, fitting, cancel);
            if (written == 0)
                throw new RoadSegException(
                    ErrorCodes.RequestInvalid,
                    "No photo is listed, or none is kept any more: there is nothing to export. Choose other photos, raise 'below' or lower "
                        + "'above'."
                );
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task<int> DatasetAsync(Stream file, string name, List<ReviewedPhoto> photos, CancellationToken cancel)
    {
        await using var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, null, cancel);
        var written = 0;
        var reviewed = new List<string>();
        foreach (var job in photos.Select(photo => photo.Job))
            written += await ReadAsync(
                job,
                async (photo, format, mask, byPerson) =>
                {
                    if (byPerson)
                        reviewed.Add($"{job.Id}");
                    await AddAsync(archive, $"images/{job.Id}.{format}", photo, CompressionLevel.NoCompression, cancel);
                    await AddAsync(archive, $"masks/{job.Id}.png", mask, CompressionLevel.NoCompression, cancel);
                },
                cancel
            );
        await AddAsync(archive, DatasetSpec.FileName, Spec(name, photos[0].Summary, reviewed), CompressionLevel.Fastest, cancel);
        return written;
    }

    private async Task<int> ToolAsync(
        Stream file,
        ExportedSet set,
        ExportFormat format,
        List<ReviewedPhoto> photos,
        CancellationToken cancel
    )
    {
        using var files = ExportFiles.InArchive(file);
        var export = new DatasetExport(format, set, files);
        foreach (var job in photos.Select(photo => photo.Job))
            await ReadAsync(
                job,
                (photo, extension, png, byPerson) =>
                {
                    var mask = MaskPng.Decode(png.Span, limits);
                    var (id, model) = ($"{job.Id}", $"{job.Result!.Model} {job.Result.ModelVersion}");
                    export.Add(
                        new ExportedPhoto(id, null, "", photo, extension, mask.Width, mask.Height, mask.Ids, byPerson ? null : model)
                    );
                    return Task.CompletedTask;
                },
                cancel
            );
        export.Finish();
        return export.Photos;
    }

    // 1 for a photo that is kept, 0 for one that is not. The photo comes with its format, the mask with whether it is a person's.
    private async Task<int> ReadAsync(
        JobRecord job,
        Func<ReadOnlyMemory<byte>, string, ReadOnlyMemory<byte>, bool, Task> add,
        CancellationToken cancel
    )
    {
        try
        {
            if (job.Shown is null)
                return 0;

            // One after the other, and all exports together in the room of the bulk lane.
            if (await UploadReader.HoldAsync(blobs, job, limits, slots.BulkFiles, limits.MaxBytes, cancel) is not var (photo, _, room))
                return 0;
            using var held = room;
            var reviewed = await masks.FindAsync(job, cancel);
            var isPlain = job.Redaction is not null || !job.Privacy.Has(JobPrivacy.NoLocation);
            var (file, format) = isPlain ? (photo, job.Image!.Format) : await PlainAsync(job, photo, cancel);
            await add(file, format, reviewed?.Png ?? await results.ReadAsync(job, ResultFiles.Mask, cancel), reviewed is not null);
            return 1;
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.UploadMissing || e.Code == ErrorCodes.ResultGone)
        {
            return 0;
        }
    }

    // What the file says beside the picture may be what its caller does not want kept.
    private async Task<(byte[] File, string Format)> PlainAsync(JobRecord job, byte[] photo, CancellationToken cancel)
    {
        var header = ImageProbe.Read(photo, limits);
        using var slot = await slots.WorkAsync(job.Caller, 2 * PhotoSlots.Decoded(header), cancel);
        return PlainPhoto.Of(photo, header);
    }

    private static async Task AddAsync(
        ZipArchive archive,
        string path,
        ReadOnlyMemory<byte> content,
        CompressionLevel level,
        CancellationToken cancel
    )
    {
        await using var entry = await archive.CreateEntry(path, level).OpenAsync(cancel);
        await entry.WriteAsync(content, cancel);
    }

    private static bool Same(ResultSummary one, ResultSummary other) =>
        one.Classes.Select(label => label.Name).SequenceEqual(other.Classes.Select(label => label.Name));

    // The masks hold class ids; every one is mapped to its own name, so that the set says the same to whoever reads it.
    private static byte[] Spec(string name, ResultSummary summary, List<string> reviewed)
    {
        var map = summary.Classes.ToDictionary(label => $"{label.Id}", label => JsonSerializer.SerializeToElement(label.Name));
        if (reviewed.Count > 0)
            map[$"{JobReview.UnknownId}"] = JsonSerializer.SerializeToElement("ignore");
        return DatasetSpecJson.Serialize(
            new DatasetSpec
            {
                Name = name,
                Layout = "pairs",
                Patterns = new PatternSpec("images/{id}.{ext}", "masks/{id}.png"),
                Labels = new LabelSpec
                {
                    Classes = [.. summary.Classes.Select(label => new ClassSpec(label.Name, label.Color))],
                    Encoding = MaskEncoding.Id,
                    Map = map,
                },
                Split = new SplitSpec { By = SplitSource.Seed },
                Reviewed = reviewed.Count > 0 ? reviewed : null,
            }
        );
    }
}
