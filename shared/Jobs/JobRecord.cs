using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using RoadSeg.Capture;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>Everything known of a job: a blob of <see cref="Storage.Containers.Jobs"/>. Written only by <see cref="JobStore"/>.</summary>
public sealed record JobRecord : IWorkRecord<JobRecord, JobState>
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>The job's id.</summary>
    public required WorkId Id { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobState State { get; init; }

    // Members that a record may lack have their default in the getter: generated readers set every init-only member.

    /// <summary>Whose job it is: see <see cref="Callers"/>.</summary>
    [AllowNull]
    public string Caller
    {
        get => field ?? Callers.Local;
        init;
    }

    /// <summary>The photo.</summary>
    public required JobSource Source { get; init; }

    /// <summary>The upload key that was issued for it; null when the photo came by itself or in a request body.</summary>
    public JobUpload? Upload { get; init; }

    /// <summary>The model the caller asked for, as <c>name</c> (its live version) or <c>name@version</c>; null for the one that
    /// serves.</summary>
    public string? Model { get; init; }

    /// <summary>The version its input was made for and that runs it, whatever is live by then. Null before the input is stored, and in
    /// records from before there were several versions: the live one.</summary>
    public ModelPin? Pin { get; init; }

    /// <summary>The caller's own notes, shown and never read.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What its caller does not want kept of the photo; null for nothing.</summary>
    public JobPrivacy? Privacy { get; init; }

    /// <summary>How closely its caller wants the photo looked at; null for as always.</summary>
    public JobDetail? Detail { get; init; }

    /// <summary>Classes to obscure, as they were asked for, of a job whose <see cref="Privacy"/> says so; null for people, riders and
    /// vehicles.</summary>
    public IReadOnlyList<string>? Redact { get; init; }

    /// <summary>What was obscured, from when <see cref="Source"/> is the photo in which it is; null before, and for all other
    /// jobs.</summary>
    public JobRedaction? Redaction { get; init; }

    /// <summary>Where the photo lay as it came, from when <see cref="Source"/> is a redacted one: what is to be deleted there. Null before,
    /// and for all other jobs.</summary>
    public JobSource? Original { get; init; }

    /// <summary>The photo as anybody may see it, its caller included; null while it is to be redacted and is not.</summary>
    [JsonIgnore]
    public JobSource? Shown => Privacy.Has(JobPrivacy.Redact) && Redaction is null ? null : Source;

    /// <summary>Whom to notify of the end; null when nobody asked.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>Which of the two lanes it waits in.</summary>
    public WorkLane Lane { get; init; }

    /// <summary>Its number in that lane: jobs of lower numbers are ahead. Comparable only with the numbers of other waiting
    /// messages.</summary>
    public long? Ticket { get; init; }

    /// <summary>The span that its trace began with, as a W3C <c>traceparent</c>; null when nothing was traced then.</summary>
    [JsonPropertyName("traceparent")]
    public string? TraceParent { get; init; }

    /// <summary>The batch that made it, and which of its photos this is; null for all others.</summary>
    public BatchPlace? Batch { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required JobTimes Times { get; init; }

    /// <summary>The message that owns the job while Received, Queued or Running; null before and after.</summary>
    public WorkOwner? Owner { get; init; }

    /// <summary>When the sweep last sent its message again; null when it never had to.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>Segmentation attempts begun so far. A commit names its attempt; an older attempt cannot commit.</summary>
    public int Attempt { get; init; }

    /// <summary>Facts of the photo, once its header is read.</summary>
    public JobImage? Image { get; init; }

    /// <summary>When, where and with what the photo was taken, once it is read and as far as it says; null in records from before
    /// that.</summary>
    public Captured? Captured { get; init; }

    /// <summary>Size of the model input, once it is stored.</summary>
    public JobInput? Input { get; init; }

    /// <summary>Which blob of the job's in <c>work</c> is that input: each delivery stores one of its own, so that none replaces what
    /// stands here. Null in records from before that: <c>input</c>.</summary>
    public string? InputFile { get; init; }

    /// <summary>When its newest segmentation message was to be sent. An older one has no say in how the job ends.</summary>
    [JsonIgnore]
    public DateTimeOffset? SentAt => RepairedAt > Times.QueuedAt ? RepairedAt : Times.QueuedAt;

    /// <summary>How long each piece of work took.</summary>
    [AllowNull]
    public StageMilliseconds Stages
    {
        get => field ?? new();
        init;
    }

    /// <summary>What ran, when succeeded.</summary>
    public JobResult? Result { get; init; }

    /// <summary>Where the parts of the result lie in its file; null in records from before that, whose results are three files.</summary>
    public ResultLayout? ResultLayout { get; init; }

    /// <summary>Share of each class that has a pixel of the mask, 0-1, by its name, when succeeded; null in records from before
    /// that.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>What a person made of the mask; null while nobody has.</summary>
    public JobReview? Review { get; init; }

    /// <summary>When its caller had it erased: it shows to nobody from then on, and its files are deleted. Null for all others.</summary>
    public DateTimeOffset? ErasedAt { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    static JobState IWorkRecord<JobRecord, JobState>.Failed => JobState.Failed;

    static bool IWorkRecord<JobRecord, JobState>.HasEnded(JobState state) => state.IsTerminal();

    static bool IWorkRecord<JobRecord, JobState>.CanMove(JobState state, JobState target) => JobStates.CanMove(state, target);

    /// <inheritdoc/>
    public JobRecord Enter(JobState state, DateTimeOffset now)
    {
        var times = state switch
        {
            JobState.Received => Times with { ReceivedAt = Times.ReceivedAt ?? now },
            JobState.Queued => Times with { QueuedAt = now },
            JobState.Running => Times with { StartedAt = now },
            _ when state.IsTerminal() => Times with { FinishedAt = now },
            _ => Times,
        };
        return this with { State = state, Times = times, Owner = state.IsTerminal() ? null : Owner };
    }

    /// <inheritdoc/>
    public JobRecord FailedFor(WorkFailure failure) => this with { Failure = failure };

    /// <inheritdoc/>
    public JobRecord InStateOf(JobRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { State = other.State, Times = other.Times };
    }
}
