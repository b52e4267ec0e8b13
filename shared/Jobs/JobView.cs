using RoadSeg.Capture;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A job as the HTTP API shows it.</summary>
public sealed record JobView
{
    private static readonly string[] ResultLinks = ["mask", "color", "overlay", "confidence", "summary", "polygons"];

    /// <summary>The job's id.</summary>
    public required WorkId Id { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobState State { get; init; }

    /// <summary>The caller's name for the photo.</summary>
    public string? FileName { get; init; }

    /// <summary>The model that was asked for, as name or name@version; absent for the one that serves.</summary>
    public string? Model { get; init; }

    /// <summary>The version that the job is for, once its input is made.</summary>
    public ModelPin? Pin { get; init; }

    /// <summary>The caller's own notes.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What was asked not to be kept of the photo.</summary>
    public JobPrivacy? Privacy { get; init; }

    /// <summary>How closely the photo was asked to be looked at; absent for normal.</summary>
    public JobDetail? Detail { get; init; }

    /// <summary>How often the model runs for the photo, of a job with <c>detail</c>, once its input is made.</summary>
    public int? Runs { get; init; }

    /// <summary>Classes to obscure, where they were named.</summary>
    public IReadOnlyList<string>? Redact { get; init; }

    /// <summary>What was obscured in the photo that is kept, when that was asked for and is done.</summary>
    public JobRedaction? Redaction { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required JobTimes Times { get; init; }

    /// <summary>Milliseconds of each piece of work so far.</summary>
    public required StageMilliseconds Stages { get; init; }

    /// <summary>Place in the queue, while queued.</summary>
    public QueuePlace? Queue { get; init; }

    /// <summary>When the upload key ends, while the photo is awaited.</summary>
    public DateTimeOffset? UploadExpiresAt { get; init; }

    /// <summary>The photo, once its header is read.</summary>
    public JobImage? Image { get; init; }

    /// <summary>When, where and with what the photo was taken, as far as its file says.</summary>
    public Captured? Captured { get; init; }

    /// <summary>What ran, when succeeded.</summary>
    public JobResult? Result { get; init; }

    /// <summary>What a person made of the mask: who, when, and how many pixels. Absent while nobody has.</summary>
    public JobReview? Review { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    /// <summary>The webhook and how its deliveries went, if one was asked for.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>Addresses by name, relative to the service: self, and for a succeeded job its results.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>The view of a record.</summary>
    /// <param name="job">The record.</param>
    /// <param name="place">Its place in the queue, where that is known.</param>
    public static JobView Of(JobRecord job, QueuePlace? place = null)
    {
        ArgumentNullException.ThrowIfNull(job);
        var self = $"/v1/jobs/{job.Id}";
        var links = new Dictionary<string, string> { ["self"] = self };
        if (job.State == JobState.Succeeded)
        {
            foreach (var result in ResultLinks)
                links[result] = $"{self}/{result}";
            if (job.Review is not null)
                links["review"] = $"{self}/review";
        }

        return new JobView
        {
            Id = job.Id,
            State = job.State,
            FileName = job.Source.FileName,
            Model = job.Model,
            Pin = job.Pin,
            Tags = job.Tags,
            Privacy = job.Privacy,
            Detail = job.Detail,
            Runs = job.Detail is null || job.Input is null ? null : (job.Input.Tiles ?? 0) + 1,
            Redact = job.Redact,
            Redaction = job.Redaction,
            Times = job.Times,
            Stages = job.Stages,
            Queue = place,
            UploadExpiresAt = job.State == JobState.AwaitingUpload ? job.Upload?.ExpiresAt : null,
            Image = job.Image,
            Captured = job.Captured,
            Result = job.Result,
            Review = job.Review,
            Failure = job.Failure,
            Webhook = job.Webhook,
            Links = links,
        };
    }
}
