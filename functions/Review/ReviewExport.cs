using System.IO.Compression;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Review;

/// <summary>Makes a data set of listed photos that can be corrected and dropped as it is: <c>images/</c>, <c>masks/</c> with the model's
/// own masks as first labels, and <c>dataset.json</c>.</summary>
internal sealed class ReviewExport(BlobServiceClient blobs, ResultReader results, PhotoSlots slots, ImageLimits limits)
{
    /// <summary>Writes the archive into a temporary file that goes with its stream.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="photos">What goes in: those of the first one's classes whose photo and mask are still kept.</param>
    /// <param name="cancel">Stops; nothing is left then.</param>
    /// <exception cref="RoadSegException">request-invalid: nothing is left to export.</exception>
    public async Task<Stream> WriteAsync(string name, IReadOnlyList<ReviewedPhoto> photos, CancellationToken cancel)
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
            var written = 0;
            await using (var archive = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, null, cancel))
            {
                foreach (var photo in photos.Where(photo => Same(photo.Summary, photos[0].Summary)))
                    written += await AddAsync(archive, photo.Job, cancel) ? 1 : 0;
                if (written == 0)
                    throw new RoadSegException(
                        ErrorCodes.RequestInvalid,
                        "No photo is listed, or none is kept any more: there is nothing to export. Choose other photos, raise 'below' or lower 'above'."
                    );
                await AddAsync(archive, DatasetSpec.FileName, Spec(name, photos[0].Summary), CompressionLevel.Fastest, cancel);
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> AddAsync(ZipArchive archive, JobRecord job, CancellationToken cancel)
    {
        try
        {
            // One after the other, and all exports together in the room of the bulk lane.
            if (await UploadReader.HoldAsync(blobs, job, limits, slots.BulkFiles, limits.MaxBytes, cancel) is not var (photo, room))
                return false;
            using var held = room;
            var mask = await results.ReadAsync(job, ResultFiles.Mask, cancel);
            await AddAsync(archive, $"images/{job.Id}.{job.Image!.Format}", photo, CompressionLevel.NoCompression, cancel);
            await AddAsync(archive, $"masks/{job.Id}.png", mask, CompressionLevel.NoCompression, cancel);
            return true;
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.UploadMissing || e.Code == ErrorCodes.ResultGone)
        {
            return false;
        }
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
    private static byte[] Spec(string name, ResultSummary summary) =>
        DatasetSpecJson.Serialize(
            new DatasetSpec
            {
                Name = name,
                Layout = "pairs",
                Patterns = new PatternSpec("images/{id}.{ext}", "masks/{id}.png"),
                Labels = new LabelSpec
                {
                    Classes = [.. summary.Classes.Select(label => new ClassSpec(label.Name, label.Color))],
                    Encoding = MaskEncoding.Id,
                    Map = summary.Classes.ToDictionary(label => $"{label.Id}", label => JsonSerializer.SerializeToElement(label.Name)),
                },
                Split = new SplitSpec { By = SplitSource.Seed },
            }
        );
}
