using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>Job records in blob storage. The only writer of job state.</summary>
public sealed class JobStore
{
    private readonly RecordStore<JobRecord, JobState> _records;
    private readonly BatchLog _batches;
    private readonly BlobServiceClient _blobs;
    private readonly PrivacyPolicy _policy;
    private readonly BlobContainerClient _index;
    private readonly QueueClient _webhooks;
    private readonly TimeProvider _time;

    // Asking again within this changes nothing while no attempt was made: each message would bring a chain of attempts of its own.
    private static readonly TimeSpan AlreadyAsked = TimeSpan.FromMinutes(1);

    // An id that is older was given out before: to a record that may lie where all lay once.
    private static readonly TimeSpan GivenOut = TimeSpan.FromMinutes(1);

    /// <summary>The store of one storage account.</summary>
    /// <param name="blobs">Where records and photos lie.</param>
    /// <param name="queues">Where webhooks are asked for.</param>
    /// <param name="time">Clock of what is noted.</param>
    /// <param name="policy">What is demanded of every new job; null for nothing.</param>
    public JobStore(BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time, PrivacyPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(queues);
        _records = new RecordStore<JobRecord, JobState>(
            blobs.GetBlobContainerClient(Containers.Jobs),
            JobJson.Default.JobRecord,
            time,
            blobs.GetBlobContainerClient(Containers.JobsActive),
            static job => BlobPaths.ActiveJob(job.Batch is null ? job.Caller : BlobPaths.ItemsOfBatches, job.Id),
            EndedAsync
        );
        _batches = new BatchLog(blobs);
        (_blobs, _policy) = (blobs, policy ?? new PrivacyPolicy());
        _index = blobs.GetBlobContainerClient(Containers.JobsIndex);
        _time = time;
        _webhooks = queues.GetQueueClient(Queues.WebhookDeliveries);
    }

    /// <summary>Raised after this process wrote a record.</summary>
    public event Action<Stored<JobRecord>>? Written
    {
        add => _records.Written += value;
        remove => _records.Written -= value;
    }

    /// <summary>Raised after this process moved a job to a terminal state: once for each job, by whoever moved it.</summary>
    public event Action<JobRecord>? Ended;

    /// <summary>Writes a new record.</summary>
    /// <returns>The new job; or, with Done false, the job of this id that was there already.</returns>
    public async Task<Change<JobRecord>> CreateAsync(JobRecord record, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(record);
        record = _policy.Of(record);
        if (record.Batch is null && record.Id.MadeAt < _time.GetUtcNow() - GivenOut && await FindAsync(record.Id, cancel) is { } earlier)
            return new Change<JobRecord>(false, earlier);
        await _records.MarkAsync(record, cancel);
        var created = await _records.CreateAsync(BlobPaths.Job(record.Id), record, cancel);
        if (created.Document is not { Value: var job })
            return default;
        if (job.State.IsTerminal())
            await _records.UnmarkAsync(record, cancel);
        else if (job.Batch is null && (job.Id.MadeAt is null || job.Id.Partition != WorkId.PartitionOf(job.Caller)))
            await _index
                .GetBlobClient(BlobPaths.IndexedJob(job.Caller, job.Times.CreatedAt, record.Id))
                .UploadAsync(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty), overwrite: true, cancel);
        return created;
    }

    /// <summary>Reads a record; null when there is no such job.</summary>
    public async Task<Stored<JobRecord>?> FindAsync(WorkId id, CancellationToken cancel)
    {
        var path = BlobPaths.Job(id);
        var found = await _records.FindAsync(path, cancel);
        return found is null && FormerPath(id, path) is { } former ? await _records.FindAsync(former, cancel) : found;
    }

    /// <summary>Moves a job to another state: see <see cref="RecordStore{T, TState}.TryMoveAsync"/>. What its end asks for is
    /// done.</summary>
    public Task<Change<JobRecord>> TryMoveAsync(
        WorkId id,
        JobState to,
        Func<JobRecord, JobRecord?> change,
        CancellationToken cancel,
        Stored<JobRecord>? known = null
    ) => ChangeAsync(id, path => _records.TryMoveAsync(path, to, change, cancel, known));

    /// <summary>Ends a job as failed: see <see cref="RecordStore{T, TState}.TryFailAsync"/>.</summary>
    public Task<Change<JobRecord>> TryFailAsync(
        WorkId id,
        RoadSegException reason,
        Func<JobRecord, bool> guard,
        CancellationToken cancel
    ) => ChangeAsync(id, path => _records.TryFailAsync(path, reason, guard, cancel));

    /// <summary>Changes what a record says beside its state and times: see <see cref="RecordStore{T, TState}.AmendAsync"/>.</summary>
    public Task<Change<JobRecord>> AmendAsync(WorkId id, Func<JobRecord, JobRecord?> change, CancellationToken cancel) =>
        ChangeAsync(id, path => _records.AmendAsync(path, change, cancel));

    /// <summary>What is left to do for a job that has ended: the end of its original photo, where that is not to be kept; a line in the
    /// log of its batch and its webhook, if it has them; and the end of its marker. The move itself does it; the sweep does it again where
    /// the process died in between, so that a line may stand twice and a webhook be notified twice.</summary>
    public async Task SettleAsync(JobRecord ended, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ended);
        await OriginalPhoto.DeleteAsync(_blobs, ended, cancel);
        if (ended.Batch is { } place)
            await _batches.AppendAsync(place, ended, cancel);
        if (ended.Webhook is { Deliveries: [] })
            await _webhooks.SendAsync(new WebhookMessage(ended.Id, 1, JobTrace.Of(ended)), JobJson.Default.WebhookMessage, cancel);
        await _records.UnmarkAsync(ended, cancel);
    }

    /// <summary>Has the webhook of a job that has ended delivered again, whatever came of it before: an attempt is made at once, and the
    /// schedule begins anew. A crash between record and message leaves nothing but the wish, to be said again.</summary>
    /// <returns>The job as it stands; Done false where it has no webhook or has not ended.</returns>
    public async Task<Change<JobRecord>> DeliverAgainAsync(WorkId id, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        if (
            await FindAsync(id, cancel) is { Value.Webhook: { RestartedAt: { } last } known } job
            && last > now - AlreadyAsked
            && IsUnderWay(known, last)
        )
            return new Change<JobRecord>(true, job);
        var restarted = await AmendAsync(
            id,
            job =>
                job.State.IsTerminal() && job.Webhook is { } webhook
                    ? job with
                    {
                        Webhook = webhook with { DeliveredAt = null, GivenUpAt = null, RestartedAt = now },
                    }
                    : null,
            cancel
        );
        if (restarted is { Done: true, Document.Value: { Webhook.Deliveries: var made } ended })
            await _webhooks.SendAsync(
                new WebhookMessage(id, (made is [.., var latest] ? latest.Attempt : 0) + 1, JobTrace.Of(ended)),
                JobJson.Default.WebhookMessage,
                cancel
            );
        return restarted;
    }

    private static bool IsUnderWay(JobWebhook webhook, DateTimeOffset asked) =>
        webhook is { DeliveredAt: null, GivenUpAt: null } && (webhook.Deliveries is not [.., var made] || made.At <= asked);

    // A record from before records lay under their callers is found second.
    private static async Task<Change<JobRecord>> ChangeAsync(WorkId id, Func<string, Task<Change<JobRecord>>> change)
    {
        var path = BlobPaths.Job(id);
        var changed = await change(path);
        return changed.Document is null && FormerPath(id, path) is { } former ? await change(former) : changed;
    }

    private static string? FormerPath(WorkId id, string path) => BlobPaths.LooseJob(id) is var loose && loose != path ? loose : null;

    private Task EndedAsync(JobRecord job, CancellationToken cancel)
    {
        Ended?.Invoke(job);
        return SettleAsync(job, cancel);
    }
}
