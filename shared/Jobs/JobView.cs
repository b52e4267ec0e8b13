namespace RoadSeg.Jobs;

/// <summary>A job as the HTTP API shows it.</summary>
public sealed record JobView
{
    private static readonly string[] ResultLinks = ["mask", "color", "overlay", "confidence", "summary", "polygons"];

    /// <summary>The job's id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobState State { get; init; }

    /// <summary>The caller's name for the photo.</summary>
    public string? FileName { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required JobTimes Times { get; init; }

    /// <summary>Milliseconds of each piece of work so far.</summary>
    public required StageMilliseconds Stages { get; init; }

    /// <summary>The photo, once its header is read.</summary>
    public JobImage? Image { get; init; }

    /// <summary>What ran, when succeeded.</summary>
    public JobResult? Result { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>Addresses by name, relative to the service: self, and for a succeeded job mask, color,
    /// overlay, confidence, summary, polygons.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>The view of a record.</summary>
    public static JobView Of(JobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var self = $"/v1/jobs/{job.Id}";
        var links = new Dictionary<string, string> { ["self"] = self };
        if (job.State == JobState.Succeeded)
        {
            foreach (var result in ResultLinks)
                links[result] = $"{self}/{result}";
        }

        return new JobView
        {
            Id = job.Id,
            State = job.State,
            FileName = job.Source.FileName,
            Times = job.Times,
            Stages = job.Stages,
            Image = job.Image,
            Result = job.Result,
            Failure = job.Failure,
            Links = links,
        };
    }
}
