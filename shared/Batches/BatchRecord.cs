using System.Text.Json.Serialization;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>Everything known of a batch as a whole: a blob of <see cref="Storage.Containers.BatchRuns"/>. Written only by
/// <see cref="BatchStore"/>: by who asked for the batch, and by its steps, of which one is made at a time. What its items write lies in
/// logs of their own (<see cref="BatchLog"/>).</summary>
public sealed record BatchRecord : IWorkRecord<BatchRecord, BatchState>
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>The batch's id.</summary>
    public required WorkId Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required BatchState State { get; init; }

    /// <summary>Whose it is: see <see cref="Callers"/>.</summary>
    public required string Caller { get; init; }

    /// <summary>The caller's name for it; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>What its photos are.</summary>
    public required BatchSource Source { get; init; }

    /// <summary>The model of its jobs: see <see cref="JobRecord.Model"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Tags of its jobs.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What is not to be kept of its photos.</summary>
    public JobPrivacy? Privacy { get; init; }

    /// <summary>Classes to obscure in its photos, where they were named.</summary>
    public IReadOnlyList<string>? Redact { get; init; }

    /// <summary>How closely its photos are looked at; absent for normal.</summary>
    public JobDetail? Detail { get; init; }

    /// <summary>Whom to notify of its end; null when nobody asked.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>The share of its photos, 0-1, whose end is notified too; null for none.</summary>
    public double? WebhookAt { get; init; }

    /// <summary>How the notice of that share went; null until it is due.</summary>
    public JobWebhook? WebhookOfShare { get; init; }

    /// <summary>The span that it began with, as a W3C <c>traceparent</c>.</summary>
    [JsonPropertyName("traceparent")]
    public string? TraceParent { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first photo got its job.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it last ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Number of the step that is next: see <see cref="BatchMessage"/>.</summary>
    public int Step { get; init; }

    /// <summary>When the last step was made, or the message of one was sent again.</summary>
    public DateTimeOffset SteppedAt { get; init; }

    /// <summary>Photos that are listed so far; all of them once it is no longer <see cref="BatchState.Listing"/>.</summary>
    public int Total { get; init; }

    /// <summary>Where the listing goes on; null at its start.</summary>
    public string? ListedTo { get; init; }

    /// <summary>Which time its items are tried, from 0: <c>retry</c> begins the next.</summary>
    public int Round { get; init; }

    /// <summary>Every item before this one has its job of this round, or needs none.</summary>
    public int Next { get; init; }

    /// <summary>Items as they were when the last step was made.</summary>
    public BatchCounts? Counts { get; init; }

    /// <summary>Items whose jobs ended in this round, a step ago and when: what the estimate is made of.</summary>
    public BatchPace? Pace { get; init; }

    /// <summary>Lists whose part of the manifest is stored.</summary>
    public int Manifested { get; init; }

    /// <summary>Archives that were asked for, oldest first.</summary>
    public IReadOnlyList<BatchArchive> Archives
    {
        get => field ?? [];
        init;
    }

    /// <summary>What is known of the video that its photos are frames of; null for other batches, and until they were taken.</summary>
    public BatchClip? Clip { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    static BatchState IWorkRecord<BatchRecord, BatchState>.Failed => BatchState.Failed;

    static bool IWorkRecord<BatchRecord, BatchState>.HasEnded(BatchState state) => HasEnded(state);

    // One that has ended is taken up again by a retry.
    static bool IWorkRecord<BatchRecord, BatchState>.CanMove(BatchState state, BatchState target) =>
        (state, target) switch
        {
            (BatchState.Listing, BatchState.Completed or BatchState.Canceling) => false,
            (BatchState.Running, BatchState.Listing or BatchState.Canceled) => false,
            (BatchState.Canceling, not (BatchState.Canceling or BatchState.Canceled)) => false,
            (BatchState.Completed or BatchState.Canceled, not BatchState.Running) => false,
            (BatchState.Failed, _) => false,
            _ => true,
        };

    /// <summary>True when nothing comes after a state until the batch is taken up again.</summary>
    public static bool HasEnded(BatchState state) => state is BatchState.Completed or BatchState.Canceled or BatchState.Failed;

    /// <summary>True while steps are to be made.</summary>
    [JsonIgnore]
    public bool HasSteps => !HasEnded(State) || Archives.Any(static archive => archive.FinishedAt is null);

    /// <inheritdoc/>
    public BatchRecord Enter(BatchState state, DateTimeOffset now) =>
        this with
        {
            State = state,
            StartedAt = state == BatchState.Running ? StartedAt ?? now : StartedAt,
            FinishedAt = HasEnded(state) ? FinishedAt ?? now : null,
        };

    /// <inheritdoc/>
    public BatchRecord FailedFor(WorkFailure failure) => this with { Failure = failure };

    /// <inheritdoc/>
    public BatchRecord InStateOf(BatchRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { State = other.State, StartedAt = other.StartedAt, FinishedAt = other.FinishedAt };
    }
}
