using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Readings of the two lanes, each a queue for uploads and one for segmentation, at most one a second each, whoever
/// asks.</summary>
internal sealed class QueueGauge(QueueServiceClient queues, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly QueueReading Nothing = new(0, null, null, null);

    private readonly Lane[] _lanes = [new(queues, time, Queues.SegmentationJobs), new(queues, time, Queues.SegmentationBulk)];
    private readonly Lane[] _uploads = [new(queues, time, Queues.UploadsCreated), new(queues, time, Queues.UploadsBulk)];

    /// <summary>A lane's queue for segmentation as it was within the last second.</summary>
    public Task<QueueReading> ReadAsync(WorkLane lane, CancellationToken cancel) => _lanes[(int)lane].ReadAsync(cancel);

    /// <summary>A lane's queue for uploads as it was within the last second. Its messages have no tickets.</summary>
    public Task<QueueReading> UploadsAsync(WorkLane lane, CancellationToken cancel) => _uploads[(int)lane].ReadAsync(cancel);

    /// <summary>Messages in both lanes together, those being worked on included.</summary>
    public async Task<long> DepthAsync(CancellationToken cancel) =>
        (await Task.WhenAll(_lanes.Concat(_uploads).Select(lane => lane.ReadAsync(cancel)))).Sum(lane => lane.Depth);

    /// <summary>A number for a message that is about to join a lane: the head's, and one for each message before it. Good to
    /// within what other processes send in a second; a lane that runs empty begins anew.</summary>
    public async Task<long> TicketAsync(WorkLane lane, CancellationToken cancel) => await _lanes[(int)lane].TicketAsync(cancel);

    /// <summary>Where a waiting job stands: 1 is next.</summary>
    public async Task<QueuePlace?> PlaceAsync(JobRecord job, CancellationToken cancel)
    {
        if (job is not { State: JobState.Queued, Ticket: { } ticket })
            return null;
        var reading = await ReadAsync(job.Lane, cancel);
        var position = Math.Clamp(ticket - (reading.HeadTicket ?? ticket) + 1, 1, Math.Max(1, reading.Depth));
        return new QueuePlace(position, reading.PerSecond is { } rate ? Math.Round(position / rate, 1) : null);
    }

    private sealed class Lane(QueueServiceClient queues, TimeProvider time, string name)
    {
        private readonly QueueClient _queue = queues.GetQueueClient(name);
        private readonly Lock _gate = new();
        private Task<QueueReading> _reading = Task.FromResult(Nothing);
        private QueueReading _last = Nothing;
        private DateTimeOffset _at = DateTimeOffset.MinValue;
        private long _issued;

        public Task<QueueReading> ReadAsync(CancellationToken cancel)
        {
            lock (_gate)
            {
                if (_reading.IsCompleted && time.GetUtcNow() - _at >= Fresh)
                    _reading = RefreshAsync();
                return _reading.WaitAsync(cancel);
            }
        }

        public async Task<long> TicketAsync(CancellationToken cancel)
        {
            var reading = await ReadAsync(cancel);
            return (reading.HeadTicket ?? 1) - 1 + reading.Depth + Interlocked.Increment(ref _issued);
        }

        private async Task<QueueReading> RefreshAsync()
        {
            var depth = (await _queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;
            var head = depth == 0 ? null : (await _queue.PeekMessageAsync()).Value;
            var ticket = head is null ? null : MessageBody.TryRead(head.Body, JobJson.Default.SegmentationMessage)?.Ticket;
            var now = time.GetUtcNow();
            var rate = _last.PerSecond;
            if (ticket > _last.HeadTicket)
            {
                var seen = (ticket.Value - _last.HeadTicket.Value) / (now - _at).TotalSeconds;
                rate = rate is { } before ? 0.7 * before + 0.3 * seen : seen;
            }

            _last = new QueueReading(depth, ticket, head?.InsertedOn, rate);
            _at = now;
            _issued = 0;
            return _last;
        }
    }
}
