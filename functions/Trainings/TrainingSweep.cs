using Azure.Storage.Blobs.Models;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>Timer: looks at every training run that has not ended and does what a lost message or a dead worker left undone. Doing it twice changes nothing.</summary>
internal sealed class TrainingSweep(BlobServiceClient blobs, QueueServiceClient queues, TrainingStore runs, JobOptions options, TimeProvider time, ILogger<TrainingSweep> log)
{
    // As many as one call shows.
    private const int Peeked = 32;

    // A marker is written before its record; past this age a marker without one is what a dead process left.
    private static readonly TimeSpan RecordPatience = TimeSpan.FromMinutes(10);

    [Function("SweepTrainings")]
    public Task TickAsync([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) => RunAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var markers = blobs.GetBlobContainerClient(Containers.TrainingsActive);
        await SweepPass.RunAsync(markers.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel), async (marker, stop) =>
        {
            var age = now - marker.Properties.LastModified!.Value;
            if (age < options.SweepAfter || !JobId.TryParse(marker.Name, out var id))
                return;
            if (await runs.FindAsync(id, stop) is { } run)
                await RepairAsync(run.Value, stop);
            else if (age > RecordPatience)
                await markers.DeleteBlobIfExistsAsync(marker.Name, cancellationToken: stop);
        }, (marker, e) => Log.TrainingSweepFailed(log, marker.Name, e), cancel);
    }

    private async Task RepairAsync(TrainingRecord run, CancellationToken cancel)
    {
        if (run.State.IsTerminal())
        {
            await runs.SettleAsync(run.Id, cancel);
        }
        else if (run.Owner is null)
        {
            if (await IsWaitingAsync(run, cancel))
                return;
            Log.TrainingRepaired(log, run.Id, "its message was lost");
            await runs.SendAsync(run.Id, cancel);
        }
        else if (time.GetUtcNow() - run.Owner.Since > options.Lease)
        {
            // A worker that lives says so every few seconds, and its message comes back within its lock: both are gone. Without an owner the next message
            // takes the run; a worker of the old one that wakes up finds itself shut out.
            Log.TrainingRepaired(log, run.Id, "its worker is gone");
            var disowned = await runs.AmendAsync(run.Id, now => now.Owner == run.Owner ? now with { Owner = null } : null, cancel);
            if (disowned.Done)
                await runs.SendAsync(run.Id, cancel);
        }
    }

    // Behind thirty-two others a message cannot be seen: then it is taken to be there, and looked for again when the queue is shorter.
    private async Task<bool> IsWaitingAsync(TrainingRecord run, CancellationToken cancel)
    {
        var first = (await queues.GetQueueClient(Queues.TrainingJobs).PeekMessagesAsync(Peeked, cancel)).Value;
        return first.Length == Peeked || first.Any(message => Of(message.Body) == run.Id);
    }

    private static JobId? Of(BinaryData body)
    {
        try
        {
            return JsonSerializer.Deserialize(body.ToMemory().Span, TrainingJson.Default.TrainingMessage)?.TrainingId;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
