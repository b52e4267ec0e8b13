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
    TimeProvider time,
    ILogger<SegmentAtOnce> log
) : IHostedService, IDisposable
{
    // How long after a crash the message shows; renewed while the job goes on, as the host renews what its listeners took.
    private static readonly TimeSpan Hidden = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Renewal = Hidden / 3;

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
        if (!await MayBeginAsync(job.Value, cancel) || Interlocked.Exchange(ref _busy, 1) == 1)
        {
            await queues.SendSegmentationAsync(job.Value, traceParent, cancel);
            return;
        }

        try
        {
            var message = SegmentationMessage.Of(job.Value, traceParent);
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

    // Nobody is overtaken: neither who waits for the model here nor, by a reading of at most a second ago, who waits in the queue.
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
        var receipt = sent.PopReceipt;
        try
        {
            await using (var lease = new Heartbeat(Renewal, RenewAsync, time, Hidden))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, lease.Lost);
                var message = QueuesModelFactory.QueueMessage(sent.MessageId, receipt, body, 1, sent.TimeNextVisible, sent.InsertionTime);
                await segmentation.RunKnownAsync(message, job, Task.FromResult(input), stop.Token);
            }

            await queue.DeleteMessageAsync(sent.MessageId, receipt, CancellationToken.None);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            await ShowAsync(queue, sent.MessageId, receipt);
        }
#pragma warning disable CA1031 // Whatever went wrong, the listener's delivery of the message deals with it as with every other.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LeftToTheQueue(log, job.Value.Id, e);
            await ShowAsync(queue, sent.MessageId, receipt);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }

        async Task<bool> RenewAsync(CancellationToken done)
        {
            try
            {
                receipt = (await queue.UpdateMessageAsync(sent.MessageId, receipt, body, Hidden, done)).Value.PopReceipt;
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 400)
            {
                // It showed, and another took it.
                return false;
            }
        }
    }

    private static async Task ShowAsync(QueueClient queue, string id, string receipt)
    {
        try
        {
            await queue.UpdateMessageAsync(id, receipt, visibilityTimeout: TimeSpan.Zero);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            // It shows by itself when its time is over, or is another's already.
        }
    }
}
