using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.LocalHost;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>What is deleted, and what is not yet. A storage of its own: this test deletes from every container.</summary>
public sealed class RetentionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photos_go_first_then_results_a_day_later_what_tells_of_them_and_training_runs_last()
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules") }, Cancel);
        var blobs = new BlobServiceClient(azurite.ConnectionString);
        var id = JobId.New(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        (string Container, string Path)[] written =
        [
            (Containers.Uploads, BlobPaths.Upload(id)), (Containers.Submitted, BlobPaths.Upload(id)), (Containers.Work, BlobPaths.WorkInput(id)), (Containers.Results, BlobPaths.Result(id, 1, ResultFiles.Mask)),
            (Containers.Jobs, BlobPaths.Job(id)), (Containers.JobsIndex, BlobPaths.IndexedJob(Callers.Local, now, id)), (Containers.IdempotencyKeys, BlobPaths.IdempotencyKey(Callers.Local, "k")),
            (Containers.Trainings, BlobPaths.TrainingFile(id, TrainingFiles.Last)),
        ];
        foreach (var (container, path) in written)
        {
            await blobs.CreateBlobContainerAsync(container, cancellationToken: Cancel);
            await blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString("x"), Cancel);
        }

        async Task<string[]> LeftAfterAsync(double days)
        {
            await new Retention(blobs, new JobOptions(), new FakeTimeProvider(now.AddDays(days)), NullLogger<Retention>.Instance).RunAsync(Cancel);
            var left = new List<string>();
            foreach (var (container, path) in written)
            {
                if (await blobs.GetBlobContainerClient(container).GetBlobClient(path).ExistsAsync(Cancel))
                    left.Add(container);
            }

            return [.. left];
        }

        Assert.Equal(8, (await LeftAfterAsync(0.5)).Length);
        Assert.Equal([Containers.Uploads, Containers.Submitted, Containers.Results, Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(2));
        Assert.Equal([Containers.Results, Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(8));
        Assert.Equal([Containers.Jobs, Containers.JobsIndex, Containers.IdempotencyKeys, Containers.Trainings], await LeftAfterAsync(30.5));
        Assert.Equal([Containers.Trainings], await LeftAfterAsync(31.5));
        Assert.Empty(await LeftAfterAsync(90.5));
    }
}
