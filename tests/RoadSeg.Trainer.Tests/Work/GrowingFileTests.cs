using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Storage;
using RoadSeg.Trainer.Work;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Tests.Work;

/// <summary>Metrics and log in storage. The fault: every telling uploaded all of them again, quadratic in a run's length.</summary>
public sealed class GrowingFileTests(WorkStorage storage) : IClassFixture<WorkStorage>, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Wire _wire = new();
    private readonly WorkId _id = WorkId.New(TimeProvider.System);
    private readonly Random _random = new(14);
    private bool _ours = true;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BlobClient Log => storage.Trainings.GetBlobClient(BlobPaths.TrainingFile(_id, TrainingFiles.Log));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_of_200_tellings_uploads_each_byte_once()
    {
        var worker = await WorkerAsync("worker", 1);
        for (var telling = 0; telling < 200; telling++)
        {
            await SayAsync("worker", _random.Next(4000));
            await worker.StoreAsync([TrainingFiles.Metrics, TrainingFiles.Log], Cancel);
            if (telling % 50 == 0)
                await AssertStoredAsync("worker");
        }

        await AssertStoredAsync("worker");
        Assert.Equal((await SaidAsync("worker")).Length, _wire.Bytes);
        BlobProperties stored = await Log.GetPropertiesAsync(cancellationToken: Cancel);
        Assert.Equal((BlobType.Append, "text/plain; charset=utf-8"), (stored.BlobType, stored.ContentType));

        // Nothing new: nothing is sent. Another worker goes on where this one was.
        var (bytes, calls) = (_wire.Bytes, _wire.Calls);
        await worker.StoreAsync([TrainingFiles.Log], Cancel);
        Assert.Equal(calls, _wire.Calls);
        var next = await WorkerAsync("next", 2);
        await SayAsync("next", 100);
        await next.StoreAsync([TrainingFiles.Log], Cancel);
        await AssertStoredAsync("next");
        Assert.Equal(bytes + 100, _wire.Bytes);
    }

    [Fact]
    public async Task Much_at_once_goes_in_blocks_of_at_most_four_mebibytes_and_no_bytes_make_an_empty_file()
    {
        var worker = await WorkerAsync("worker", 1);
        await SayAsync("worker", 0);
        await worker.StoreAsync([TrainingFiles.Log], Cancel);
        await AssertStoredAsync("worker");
        await SayAsync("worker", 9 << 20);
        await worker.StoreAsync([TrainingFiles.Log], Cancel);

        await AssertStoredAsync("worker");
        Assert.Equal((9 << 20, 4 << 20), (_wire.Bytes, _wire.Longest));
        await WorkerAsync("next", 2);
        Assert.Equal(await SaidAsync("worker"), await SaidAsync("next"));
    }

    [Fact]
    public async Task A_worker_that_is_taken_over_in_the_middle_of_an_append_is_shut_out()
    {
        var zombie = await WorkerAsync("zombie", 1, ours: false);
        await SayAsync("zombie", 1000);
        await zombie.StoreAsync([TrainingFiles.Log], Cancel);
        await SayAsync("zombie", 500);
        AttemptBlobs? worker = null;
        _wire.Before = async () => worker ??= await WorkerAsync("worker", 2);

        await Assert.ThrowsAsync<OvertakenException>(() => zombie.StoreAsync([TrainingFiles.Log], Cancel));

        Assert.Equal(1000, (await SaidAsync("worker")).Length);
        await SayAsync("worker", 200);
        await worker!.StoreAsync([TrainingFiles.Log], Cancel);
        await AssertStoredAsync("worker");
        await Assert.ThrowsAsync<OvertakenException>(() => zombie.StoreAsync([TrainingFiles.Log], Cancel));
        await AssertStoredAsync("worker");
    }

    [Fact]
    public async Task What_a_worker_thought_dead_creates_late_is_not_taken_for_ones_own()
    {
        var zombie = await WorkerAsync("zombie", 1);
        var worker = await WorkerAsync("worker", 2);
        await SayAsync("zombie", 700);
        await zombie.StoreAsync([TrainingFiles.Log], Cancel);
        await SayAsync("worker", 900);

        await worker.StoreAsync([TrainingFiles.Log], Cancel);

        await AssertStoredAsync("worker");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_an_older_deployment_stored_whole_is_carried_on(bool late)
    {
        if (!late)
            await Log.UploadAsync(BinaryData.FromString("of old\n"), Cancel);
        var worker = await WorkerAsync("worker", 2);
        if (late)
            await Log.UploadAsync(BinaryData.FromString("a worker of old, thought dead\n"), Cancel);
        for (var telling = 0; telling < 3; telling++)
        {
            await SayAsync("worker", 300);
            await worker.StoreAsync([TrainingFiles.Log], Cancel);
            await AssertStoredAsync("worker");
        }

        Assert.Equal(900 + (late ? 0 : 7), (await SaidAsync("worker")).Length);
        var next = await WorkerAsync("next", 3);
        await SayAsync("next", 100);
        await next.StoreAsync([TrainingFiles.Log], Cancel);
        await AssertStoredAsync("next");
        _ours = false;
        await SayAsync("worker", 1);
        await Assert.ThrowsAsync<OvertakenException>(() => worker.StoreAsync([TrainingFiles.Log], Cancel));
        await AssertStoredAsync("next");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_call_that_came_through_without_its_answer_is_not_made_twice(int retries)
    {
        var worker = await WorkerAsync("worker", 1, retries: retries);
        for (var telling = 0; telling < 12; telling++)
        {
            await SayAsync("worker", 1 + _random.Next(100));
            _wire.Lost = telling % 2 == 0 ? 1 : 0;
            while (await Record.ExceptionAsync(() => worker.StoreAsync([TrainingFiles.Log], Cancel)) is { } lost)
                Assert.True(lost is RequestFailedException or AggregateException or IOException && retries == 0, lost.ToString());
            Assert.Equal(0, _wire.Lost);
            await AssertStoredAsync("worker");
        }
    }

    [Fact]
    public async Task A_worker_that_died_before_the_answer_leaves_each_byte_once_to_the_next()
    {
        var worker = await WorkerAsync("worker", 1, retries: 0);
        await SayAsync("worker", 100);
        await worker.StoreAsync([TrainingFiles.Log], Cancel);
        await SayAsync("worker", 50);
        _wire.Lost = 1;
        Assert.NotNull(await Record.ExceptionAsync(() => worker.StoreAsync([TrainingFiles.Log], Cancel)));

        var next = await WorkerAsync("next", 2);
        await SayAsync("next", 25);
        await next.StoreAsync([TrainingFiles.Log], Cancel);

        await AssertStoredAsync("next");
        Assert.Equal(175, (await SaidAsync("next")).Length);
    }

    [Fact]
    public async Task A_log_of_as_many_blocks_as_storage_takes_is_written_anew_and_goes_on()
    {
        var worker = await WorkerAsync("worker", 1, blocks: 5);
        for (var telling = 0; telling < 12; telling++)
        {
            await SayAsync("worker", 10);
            await worker.StoreAsync([TrainingFiles.Log], Cancel);
            await AssertStoredAsync("worker");
        }

        // Anew at the 6th telling and at the 11th, each time in one block.
        Assert.Equal(2, (await Log.GetPropertiesAsync(cancellationToken: Cancel)).Value.BlobCommittedBlockCount);
        var next = await WorkerAsync("next", 2, blocks: 2);
        await SayAsync("next", 10);
        await next.StoreAsync([TrainingFiles.Log], Cancel);
        await AssertStoredAsync("next");
        Assert.Equal(1, (await Log.GetPropertiesAsync(cancellationToken: Cancel)).Value.BlobCommittedBlockCount);
    }

    [Fact]
    public async Task A_log_that_is_shorter_here_than_in_storage_is_written_anew()
    {
        var worker = await WorkerAsync("worker", 1);
        await SayAsync("worker", 1000);
        await worker.StoreAsync([TrainingFiles.Log], Cancel);
        await File.WriteAllTextAsync(PathOf("worker"), "shorter\n", Cancel);

        await worker.StoreAsync([TrainingFiles.Log], Cancel);

        await AssertStoredAsync("worker");
    }

    private async Task<AttemptBlobs> WorkerAsync(string name, int attempt, bool ours = true, int retries = 3, int blocks = AttemptBlobs.MaxBlocks)
    {
        var options = new BlobClientOptions { Retry = { MaxRetries = retries, Delay = TimeSpan.FromMilliseconds(1) } };
        options.AddPolicy(_wire, HttpPipelinePosition.PerRetry);
        var container = new BlobContainerClient(storage.ConnectionString, Containers.Trainings, options);
        var worker = new AttemptBlobs(container, _id, Directory.CreateDirectory(_folder[name]).FullName, _ => Task.FromResult(ours && _ours), blocks);
        await worker.TakeOverAsync(attempt, Cancel);
        return worker;
    }

    private string PathOf(string worker) => Path.Combine(_folder[worker], TrainingFiles.Log);

    private async Task SayAsync(string worker, int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        await File.AppendAllBytesAsync(PathOf(worker), bytes, Cancel);
    }

    private Task<byte[]> SaidAsync(string worker) => File.ReadAllBytesAsync(PathOf(worker), Cancel);

    private async Task AssertStoredAsync(string worker) =>
        Assert.Equal(await SaidAsync(worker), (await Log.DownloadContentAsync(Cancel)).Value.Content.ToArray());

    /// <summary>Counts what is written, and disturbs it.</summary>
    private sealed class Wire : HttpPipelinePolicy
    {
        public long Bytes { get; private set; }

        public long Longest { get; private set; }

        public int Calls { get; private set; }

        public Func<Task>? Before { get; set; }

        /// <summary>How many answers to come are lost.</summary>
        public int Lost { get; set; }

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var writes = message.Request.Method == RequestMethod.Put && !message.Request.Uri.Query.Contains("comp=metadata", StringComparison.Ordinal);
            if (writes)
            {
                var length = message.Request.Content is { } content && content.TryComputeLength(out var bytes) ? bytes : 0;
                (Bytes, Longest, Calls) = (Bytes + length, Math.Max(Longest, length), Calls + 1);
                if (Before is { } before)
                {
                    Before = null;
                    await before();
                }
            }

            await ProcessNextAsync(message, pipeline);
            if (writes && Lost > 0)
            {
                Lost--;
                throw new IOException("The answer is lost.");
            }
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
