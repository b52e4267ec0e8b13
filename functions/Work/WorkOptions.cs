namespace RoadSeg.Functions.Work;

/// <summary>Times and bounds of the job life cycle, from app settings. Durations are written <c>d.hh:mm:ss</c>.</summary>
internal sealed record WorkOptions
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>The longest that an upload key can last.</summary>
    public static readonly TimeSpan LongestKey = TimeSpan.FromDays(1);

    private static readonly TimeSpan Years = TimeSpan.FromDays(3650);

    /// <summary>ROADSEG_UPLOAD_VALID: how long an upload key can be used. Default 5 minutes, 1 second to 10 minutes.</summary>
    public TimeSpan UploadValid { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>ROADSEG_UPLOAD_RESUMABLE: how long a resumable upload key can be used: a phone's night without a network. Default 12
    /// hours, 1 second to 1 day; never more than half of <see cref="Deadline"/>, which begins with the key too.</summary>
    public TimeSpan UploadResumable { get; init; } = TimeSpan.FromHours(12);

    /// <summary>ROADSEG_UPLOAD_GRACE: how long after that an upload may still be under way before the job expires. Default 10
    /// minutes.</summary>
    public TimeSpan UploadGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>ROADSEG_LEASE: how long a message may own a job; past it the message is taken for lost. Longer than the host's
    /// <c>functionTimeout</c>. Default 12 minutes.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(12);

    /// <summary>ROADSEG_DEADLINE: age at which a job that has not ended fails. Default 1 day.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromDays(1);

    /// <summary>ROADSEG_SWEEP_AFTER: age from which the sweep looks at a live job. Default 30 seconds.</summary>
    public TimeSpan SweepAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>ROADSEG_INTERACTIVE_JOBS: live jobs of a caller in the interactive lane; more go to the bulk lane. Default 16.</summary>
    public long InteractiveJobs { get; init; } = 16;

    /// <summary>ROADSEG_MAX_LIVE_JOBS: live jobs a caller may have. Default 20 000.</summary>
    public long MaxLiveJobs { get; init; } = 20_000;

    /// <summary>ROADSEG_MAX_QUEUED: messages that may wait, all callers together. Default 100 000.</summary>
    public long MaxQueued { get; init; } = 100_000;

    /// <summary>ROADSEG_KEEP_UPLOADS: age at which photos are deleted. Default 7 days.</summary>
    public TimeSpan KeepUploads { get; init; } = TimeSpan.FromDays(7);

    /// <summary>ROADSEG_KEEP_RESULTS: age at which results, records and idempotency keys are deleted. Default 30 days.</summary>
    public TimeSpan KeepResults { get; init; } = TimeSpan.FromDays(30);

    /// <summary>ROADSEG_KEEP_TRAININGS: age at which a training run's files and record are deleted; what it published stays. Longer than a
    /// run takes. Default 90 days, 1 day to 10 years.</summary>
    public TimeSpan KeepTrainings { get; init; } = TimeSpan.FromDays(90);

    /// <summary>ROADSEG_KEEP_UNFINISHED: age at which the files of a curated version or of a model's package are deleted that was never
    /// finished. Longer than storing one takes. Default 7 days, 2 days to 10 years.</summary>
    public TimeSpan KeepUnfinished { get; init; } = TimeSpan.FromDays(7);

    /// <summary>ROADSEG_KEEP_DATASETS: age at which the files of a drop are deleted of which a usable version was made. Default: they are
    /// kept;
    /// 1 day to 10 years.</summary>
    public TimeSpan? KeepDatasets { get; init; }

    /// <summary>ROADSEG_KEEP_CURATED: age at which curated versions are deleted that are not the newest of their set. Default: they are
    /// kept;
    /// 1 day to 10 years.</summary>
    public TimeSpan? KeepCurated { get; init; }

    /// <summary>ROADSEG_KEEP_MODELS: age at which versions are deleted that are neither live nor to be rolled back to nor the newest of
    /// their model. Default: they are kept; 1 day to 10 years.</summary>
    public TimeSpan? KeepModels { get; init; }

    public static WorkOptions Read(IConfiguration settings)
    {
        var standard = new WorkOptions();
        return new WorkOptions
        {
            UploadValid = settings.Duration("ROADSEG_UPLOAD_VALID", standard.UploadValid, Second, TimeSpan.FromMinutes(10)),
            UploadResumable = settings.Duration("ROADSEG_UPLOAD_RESUMABLE", standard.UploadResumable, Second, LongestKey),
            UploadGrace = settings.Duration("ROADSEG_UPLOAD_GRACE", standard.UploadGrace, TimeSpan.Zero, TimeSpan.FromDays(1)),
            Lease = settings.Duration("ROADSEG_LEASE", standard.Lease, Second, TimeSpan.FromDays(1)),
            Deadline = settings.Duration("ROADSEG_DEADLINE", standard.Deadline, Second, TimeSpan.FromDays(7)),
            SweepAfter = settings.Duration("ROADSEG_SWEEP_AFTER", standard.SweepAfter, TimeSpan.Zero, TimeSpan.FromHours(1)),
            InteractiveJobs = settings.Whole("ROADSEG_INTERACTIVE_JOBS", standard.InteractiveJobs, 0, 1_000_000),
            MaxLiveJobs = settings.Whole("ROADSEG_MAX_LIVE_JOBS", standard.MaxLiveJobs, 1, 1_000_000),
            MaxQueued = settings.Whole("ROADSEG_MAX_QUEUED", standard.MaxQueued, 1, 100_000_000),
            KeepUploads = settings.Duration("ROADSEG_KEEP_UPLOADS", standard.KeepUploads, Second, Years),
            KeepResults = settings.Duration("ROADSEG_KEEP_RESULTS", standard.KeepResults, Second, Years),
            KeepTrainings = settings.Duration("ROADSEG_KEEP_TRAININGS", standard.KeepTrainings, TimeSpan.FromDays(1), Years),
            KeepUnfinished = settings.Duration("ROADSEG_KEEP_UNFINISHED", standard.KeepUnfinished, TimeSpan.FromDays(2), Years),
            KeepDatasets = settings.Duration("ROADSEG_KEEP_DATASETS", TimeSpan.FromDays(1), Years),
            KeepCurated = settings.Duration("ROADSEG_KEEP_CURATED", TimeSpan.FromDays(1), Years),
            KeepModels = settings.Duration("ROADSEG_KEEP_MODELS", TimeSpan.FromDays(1), Years),
        };
    }
}
