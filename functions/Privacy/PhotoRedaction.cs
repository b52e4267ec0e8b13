using Azure.Storage.Blobs;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Redaction;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Privacy;

/// <summary>Obscures what a segmentation found in a job's photo, and stores the photo anew (decision 0033).</summary>
internal sealed class PhotoRedaction(BlobServiceClient blobs, PhotoSlots slots, RedactionRule rule, ImageLimits limits, TimeProvider time)
{
    /// <summary>The classes that a job asks to have obscured; null where it asks for no redaction.</summary>
    /// <exception cref="Errors.RoadSegException">redaction-unavailable.</exception>
    public static IReadOnlyList<LabelClass>? ClassesOf(JobRecord job, ModelDescription model) =>
        job.Privacy.Has(JobPrivacy.Redact) ? RedactedClasses.Of(model.Name, model.Labels, job.Redact) : null;

    /// <summary>Reads the original, obscures the classes and stores the outcome under a name of its attempt: unowned until the record names
    /// it.</summary>
    /// <param name="job">The job; its source is the original.</param>
    /// <param name="attempt">Number of the attempt.</param>
    /// <param name="seen">What the model found, as <see cref="RedactedArea.Asked"/>.</param>
    /// <param name="classes">What is obscured.</param>
    /// <param name="model">What found it.</param>
    /// <param name="hasRoom">Whether the caller holds room for the decoded photo.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <exception cref="Errors.RoadSegException">upload-missing, image-corrupt.</exception>
    public async Task<RedactedJob> StoreAsync(
        JobRecord job,
        int attempt,
        SegmentationResult seen,
        IReadOnlyList<LabelClass> classes,
        ModelPin model,
        bool hasRoom,
        CancellationToken cancel
    )
    {
        var (file, format, margin, share) = await MakeAsync(job, seen, classes, hasRoom, cancel);
        var path = BlobPaths.Redacted(job.Id, attempt);
        var stored = await blobs
            .GetBlobContainerClient(Containers.Submitted)
            .GetBlobClient(path)
            .UploadAsync(BinaryData.FromBytes(file), overwrite: true, cancel);
        return new RedactedJob(
            new JobRedaction([.. classes.Select(static label => label.Name)], margin, rule.Probability, share, model, time.GetUtcNow()),
            new JobSource(Containers.Submitted, path, stored.Value.ETag.ToString().Trim('"'), job.Source.FileName),
            job.Image! with
            {
                Format = format.ToString().ToLowerInvariant(),
                Orientation = 1,
                Bytes = file.Length,
            }
        );
    }

    // The original and its pixels are let go with this: storage may be slow to take what was made of them.
    private async Task<(byte[] File, ImageFormat Format, int Margin, double Share)> MakeAsync(
        JobRecord job,
        SegmentationResult seen,
        IReadOnlyList<LabelClass> classes,
        bool hasRoom,
        CancellationToken cancel
    )
    {
        using var room = hasRoom ? null : await slots.RedactAsync(job.Caller, job.Lane, (long)seen.Width * seen.Height, cancel);
        var original = await UploadReader.ReadAsync(blobs, job.Source, limits, cancel);
        var header = ImageProbe.Read(original, limits);
        var area = RedactedArea.Of(seen, classes, rule);
        var (file, format) = RedactedPhoto.Of(original, header, area.Pixels);
        return (file, format, area.Margin, Math.Round(area.Count / (double)area.Pixels.Length, 6));
    }
}
