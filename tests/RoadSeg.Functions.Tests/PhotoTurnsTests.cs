using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Tests.Models;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>Runs alone: the turns are the process's.</summary>
[CollectionDefinition(nameof(PhotoTurnsTests), DisableParallelization = true)]
public sealed class RunsAlone;

/// <summary>How many photos are in memory at once.</summary>
[Collection(nameof(PhotoTurnsTests))]
public sealed class PhotoTurnsTests(StorageFixture storage)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_photo_waits_for_its_turn_to_be_decoded_and_so_does_what_is_made_of_a_result()
    {
        VipsLibrary.Initialize();
        var folder = Directory.CreateTempSubdirectory("roadseg-turns-").FullName;
        try
        {
            var time = TimeProvider.System;
            var bundled = TinyPackages.Write(Path.Combine(folder, "bundled"), "turns-" + Guid.NewGuid().ToString("N")[..8], 0);
            var modelOptions = new ModelOptions { Folder = bundled.Folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = Path.Combine(folder, "cache") };
            var registry = new ModelRegistry(storage.Blobs, time);
            using var pool = new ModelPool(modelOptions, registry, time, NullLogger<ModelPool>.Instance);
            using var live = new LiveModel(pool, registry, modelOptions, time, NullLogger<LiveModel>.Instance);
            await live.StartAsync(Cancel);
            var jobs = new JobStore(storage.Blobs, storage.Queues, time);
            var gauge = new QueueGauge(storage.Queues, time);
            var claim = new UploadClaim(jobs, new Admission(storage.Blobs, gauge, new JobOptions { InteractiveJobs = 1_000_000 }, time), time, NullLogger<UploadClaim>.Instance);
            using var pace = new BulkPace(jobs, time);
            var preprocess = new PreprocessUpload(
                storage.Blobs, storage.Queues, jobs, claim, pace, gauge, new ModelCatalogue(live, pool, registry), new ImageLimits(), time, NullLogger<PreprocessUpload>.Instance);
            var reader = new ResultReader(storage.Blobs, jobs, new CallerKeys(new Dictionary<string, string>()), new ImageLimits());
            var path = $"tests/{Guid.NewGuid()}/photo.jpg";
            var photo = await File.ReadAllBytesAsync(Path.Combine(Checkout.Root, "tests", "fixtures", "grey.jpg"), Cancel);
            var etag = (await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(photo), Cancel)).Value.ETag.ToString();
            var id = JobId.ForDrop(Containers.Uploads, path, etag);
            var body = JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, path, etag, photo.Length), JobJson.Default.BlobCreatedEvent);
            await live.Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);

            var held = 0;
            while (await PhotoLimits.Turns.WaitAsync(TimeSpan.Zero, Cancel))
                held++;
            Task prepared;
            try
            {
                Assert.InRange(held, 1, 2);
                prepared = preprocess.InteractiveAsync(Messages.Of(body, "m1"), Cancel);
                while (await jobs.FindAsync(id, Cancel) is null)
                {
                    Assert.False(prepared.IsCompleted, "It ended without a job.");
                    await Task.Delay(20, Cancel);
                }

                using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
                var made = reader.MakeAsync((await jobs.FindAsync(id, Cancel))!.Record, static _ => Task.FromResult(Array.Empty<byte>()), impatient.Token);
                await Task.WhenAny(prepared, made, Task.Delay(LongEnough, Cancel));
                Assert.False(prepared.IsCompleted || made.IsCompleted);
                await impatient.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => made);
            }
            finally
            {
                PhotoLimits.Turns.Release(held);
            }

            await prepared;
            Assert.Equal(JobState.Queued, (await jobs.FindAsync(id, Cancel))!.Record.State);
            await live.StopAsync(Cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
