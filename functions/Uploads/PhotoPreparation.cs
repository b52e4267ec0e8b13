using Azure.Storage.Blobs;
using RoadSeg.Capture;
using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Uploads;

/// <summary>Makes model inputs of photos and stores them.</summary>
internal sealed class PhotoPreparation(BlobServiceClient blobs, PhotoSlots slots, FunctionSwitches switches, DetailOptions detail)
{
    /// <summary>Whether this process prepares photos at all.</summary>
    public bool IsOn => switches.Preprocess;

    /// <summary>What the model will look at of a job's photo.</summary>
    public TilePlan PlanOf(JobRecord record, ImageHeader header, ModelDescription model) =>
        detail.PlanOf(record.Detail, header.OrientedWidth, header.OrientedHeight, model);

    /// <summary>Makes the input of a photo that is held already, where that can begin at once; null where it would wait for others, where
    /// this process prepares no photos, and for a photo that cannot be decoded: PreprocessUpload says why.</summary>
    public RgbImage? TryDecode(string caller, byte[] file, ImageHeader header, TilePlan plan)
    {
        if (!switches.Preprocess || slots.TryDecode(caller, header) is not { } slot)
            return null;
        using (slot)
        {
            try
            {
                return ImageDecoder.DecodeTo(file, header, plan.Width, plan.Height);
            }
            catch (RoadSegException e) when (!e.IsTransient)
            {
                return null;
            }
        }
    }

    /// <summary>Stores an input under a name of its own: a delivery that was taken for dead may wake and store one made for another
    /// version, beside this one and never over it.</summary>
    /// <returns>Its name (<see cref="JobRecord.InputFile"/>).</returns>
    public async Task<string> StoreAsync(WorkId id, RgbImage input, CancellationToken cancel)
    {
        var file = $"input-{Guid.NewGuid():N}";
        await blobs
            .GetBlobContainerClient(Containers.Work)
            .GetBlobClient(BlobPaths.WorkInput(id, file))
            .UploadAsync(BinaryData.FromBytes(input.Pixels), cancel);
        return file;
    }

    /// <summary>What a photo says of its capture, without what its caller does not want kept; of a frame of a video, which says nothing
    /// itself, what its batch knows.</summary>
    public static Captured? CapturedOf(JobRecord record, byte[] file, ImageHeader header) =>
        CaptureReader.Read(file, header.Format, location: !record.Privacy.Has(JobPrivacy.NoLocation)) ?? record.Captured;

    /// <summary>A record with what was made of its photo.</summary>
    /// <param name="record">The record, about to be queued.</param>
    /// <param name="header">The photo's header.</param>
    /// <param name="bytes">Bytes of the photo's file.</param>
    /// <param name="captured">When, where and with what it was taken.</param>
    /// <param name="plan">What the model will look at; the input is of its size.</param>
    /// <param name="file">Its name.</param>
    /// <param name="model">The version that it was made for.</param>
    /// <param name="ticket">The job's number in its lane.</param>
    public static JobRecord Prepared(
        JobRecord record,
        ImageHeader header,
        long bytes,
        Captured? captured,
        TilePlan plan,
        string file,
        ModelPin model,
        long ticket
    ) =>
        record with
        {
            Image = new JobImage(
                header.Format.ToString().ToLowerInvariant(),
                header.OrientedWidth,
                header.OrientedHeight,
                header.Orientation,
                bytes
            ),
            Captured = captured,
            Input = new JobInput(plan.Width, plan.Height, plan.Runs == 1 ? null : plan.Tiles),
            InputFile = file,
            Pin = model,
            Ticket = ticket,
        };
}
