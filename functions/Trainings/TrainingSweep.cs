using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Trainings;

/// <summary>Timer: looks at every training run that has not ended and does what a lost message or a dead worker left undone. Doing it twice
/// changes nothing.</summary>
internal sealed class TrainingSweep(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    TrainingStore runs,
    WorkOptions options,
    TimeProvider time,
    ILogger<TrainingSweep> log
)
{
    [Function("SweepTrainings")]
    public Task TickAsync([TimerTrigger("0 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) => RunAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        await RepairPass.RunAsync(
            blobs.GetBlobContainerClient(Containers.TrainingsActive),
            options.SweepAfter,
            time.GetUtcNow(),
            static _ => true,
            runs.FindAsync,
            (run, stop) => RepairAsync(run.Value, stop),
            (id, e) => Log.TrainingSweepFailed(log, id, e),
            cancel
        );
    }

    private async Task RepairAsync(TrainingRecord run, CancellationToken cancel)
    {
        if (run.State.IsTerminal())
        {
            await runs.SettleAsync(run, cancel);
        }
        else if (run.Owner is null)
        {
            if (
                await queues
                    .GetQueueClient(Queues.TrainingJobs)
                    .MayHoldAsync(TrainingJson.Default.TrainingMessage, message => message.TrainingId == run.Id, cancel)
            )
                return;
            Log.TrainingRepaired(log, run.Id, "its message was lost");
            await runs.SendAsync(run.Id, cancel);
        }
        else if (Lease.IsOver(run.Owner, options.Lease, time.GetUtcNow()))
        {
            // A worker that lives says so every few seconds, and its message comes back within its lock: both are gone. Without an owner
            // the next message takes the run; a worker of the old one that wakes up finds itself shut out.
            Log.TrainingRepaired(log, run.Id, "its worker is gone");
            var disowned = await runs.AmendAsync(run.Id, now => now.Owner == run.Owner ? now with { Owner = null } : null, cancel);
            if (disowned.Done)
                await runs.SendAsync(run.Id, cancel);
        }
    }
}
