using System.Diagnostics;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Segmentation;

/// <summary>Sends the message of a job that was queued, and where the model of this process has nothing to do begins the job itself: a
/// queue that is polled adds up to two seconds to what takes a fifth of one. The message stays the truth: it is sent hidden and deleted
/// when the job has ended, so that a crash brings it to the host's listener, as the same delivery would come again (decision
/// 0024).</summary>
internal sealed class SegmentAtOnce(
    QueueServiceClient queues,
    SegmentImage segmentation,
    LiveModel live,
    ModelLane lane,
    QueueGauge gauge,
    FunctionSwitches switches,
    ILogger<SegmentAtOnce> log
) : IHostedService, IDisposable
{
    // Longer than an interactive photo takes; what takes longer is run once more by who gets the message then, and commits once.
    private static readonly TimeSpan Hidden = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _busy;

    /// <summary>Sends the message; the job may have begun when this returns.</summary>
    /// <param name="job">The job as it was written when it was queued.</param>
    /// <param name="traceParent">The span that sends it.</param>
    /// <param name="input">Its model input: bytes [height, width, 3].</param>
    /// <param name="cancel">Stops the sending, and nothing that has begun.</param>
    public async Task SendAsync(Stored<JobRecord> job, string? traceParent, byte[] input, CancellationToken cancel)
    {
        var queue = queues.GetQueueClient(Queues.Segmentation(job.Value.Lane));
        var message = SegmentationMessage.Of(job.Value, traceParent);
        if (!await MayBeginAsync(job.Value, cancel) || Interlocked.Exchange(ref _busy, 1) == 1)
        {
            await queue.SendAsync(message, JobJson.Default.SegmentationMessage, cancel);
            return;
        }

        try
        {
            var body = BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, JobJson.Default.SegmentationMessage));
            var sent = (await queue.SendMessageAsync(body, Hidden, cancellationToken: cancel)).Value;
            _running = Task.Run(() => RunAsync(queue, sent, body, job, input), CancellationToken.None);
        }
        catch
        {
            Volatile.Write(ref _busy, 0);
            throw;
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the job that is under way and gives its message to the others.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    // Nobody is overtaken: neither who waits for the model here nor who waits in the queue.
    private async Task<bool> MayBeginAsync(JobRecord job, CancellationToken cancel) =>
        switches.Segment
        && job.Lane == WorkLane.Interactive
        && Volatile.Read(ref _busy) == 0
        && lane.IsFree
        && live.Serving is { } serving
        && serving == job.Pin
        && (await gauge.ReadAsync(WorkLane.Interactive, cancel)).Depth == 0;

    private async Task RunAsync(QueueClient queue, SendReceipt sent, BinaryData body, Stored<JobRecord> job, byte[] input)
    {
        // The span of who asked has ended by now, or will before this.
        Activity.Current = null;
        try
        {
            var message = QueuesModelFactory.QueueMessage(
                sent.MessageId,
                sent.PopReceipt,
                body,
                1,
                sent.TimeNextVisible,
                sent.InsertionTime
            );
            await segmentation.RunKnownAsync(message, job, Task.FromResult(input), _stop.Token);
            await queue.DeleteMessageAsync(sent.MessageId, sent.PopReceipt, CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever went wrong, the listener's delivery of the message deals with it as with every other.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LeftToTheQueue(log, job.Value.Id, e);
            await ShowAsync(queue, sent);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private static async Task ShowAsync(QueueClient queue, SendReceipt sent)
    {
        try
        {
            await queue.UpdateMessageAsync(sent.MessageId, sent.PopReceipt, visibilityTimeout: TimeSpan.Zero);
        }
        catch (RequestFailedException)
        {
            // It shows by itself when its time is over, or is another's already.
        }
    }
}
