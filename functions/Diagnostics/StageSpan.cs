using System.Diagnostics;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Diagnostics;

/// <summary>Names of the stages, in their order, and their spans.</summary>
internal static class StageSpan
{
    /// <summary>What the names of waits in a queue begin with; what is left names the queue.</summary>
    public const string WaitPrefix = "wait-";

    /// <summary>Request: until the job has a record.</summary>
    public const string Accept = "accept";

    /// <summary>Until the photo is stored and storage or the request has announced it.</summary>
    public const string Upload = "upload";

    /// <summary>In the queue of uploads.</summary>
    public const string WaitUpload = "wait-upload";

    /// <summary>PreprocessUpload: taking the job.</summary>
    public const string Take = "take";

    public const string Read = "read";

    public const string Decode = "decode";

    public const string Store = "store";

    /// <summary>PreprocessUpload: its place in the lane, until the record says queued.</summary>
    public const string Enqueue = "enqueue";

    /// <summary>In the queue of segmentations.</summary>
    public const string WaitSegmentation = "wait-segmentation";

    public const string Claim = "claim";

    public const string Fetch = "fetch";

    /// <summary>SegmentImage: until the model is free.</summary>
    public const string WaitModel = "wait-model";

    public const string Infer = "infer";

    public const string Upsample = "upsample";

    public const string Encode = "encode";

    /// <summary>SegmentImage: until the record says succeeded.</summary>
    public const string Commit = "commit";

    /// <summary>In the queue of webhooks; the job has ended before.</summary>
    public const string WaitWebhook = "wait-webhook";

    /// <summary>DeliverWebhook: the receiver's time.</summary>
    public const string Deliver = "deliver";

    /// <summary>Writes a stage that has ended.</summary>
    public static void Write(Activity parent, string stage, DateTimeOffset from, DateTimeOffset to)
    {
        // Starting a span makes it the current one: the one before it comes back when it ends.
        using var span = JobTrace.Source.StartActivity(
            stage,
            ActivityKind.Internal,
            parent.Context,
            [new(JobTrace.StageAttribute, stage)],
            null,
            from
        );
        span?.SetEndTime(to.UtcDateTime);
    }
}
