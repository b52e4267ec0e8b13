using Azure.Storage.Queues;
using RoadSeg.Batches;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Batches;

/// <summary>Descriptions of batches that cannot be taken at once. The test delivers the messages about them itself.</summary>
public sealed class BatchDropTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();
    private WholeService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        _service = await WholeService.StartAsync(_storage, ["StartBatch", "RunBatch", "FailPoisonedBatchDrop"], ("ROADSEG_MAX_BATCHES", "1"));
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _storage.DisposeAsync();
    }

    /// <summary>The host's tries were over in seconds, and the drop left no record.</summary>
    [Fact]
    public async Task A_drop_for_which_there_is_no_room_is_looked_at_again_later()
    {
        await DeliverAsync("monday", "StartBatch");
        var queue = await DeliverAsync("tuesday", "StartBatch");

        Assert.Equal("monday", Assert.Single(await BatchesAsync()).Name);
        Assert.Equal(1, (await queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount);
        Assert.Empty((await queue.PeekMessagesAsync(1, Cancel)).Value); // Hidden until later.
    }

    [Fact]
    public async Task A_drop_that_could_not_be_looked_at_as_often_as_the_host_tries_is_a_batch_that_failed()
    {
        await DeliverAsync("friday", "FailPoisonedBatchDrop");

        var failed = Assert.Single(await BatchesAsync());
        Assert.Equal((BatchState.Failed, "friday", "attempts-exhausted"), (failed.State, failed.Name, failed.Failure!.Code));
        Assert.Contains("friday/batch.json", failed.Failure.Message, StringComparison.Ordinal);
    }

    private async Task<QueueClient> DeliverAsync(string folder, string function)
    {
        var queue = _service.Queues.GetQueueClient(Queues.BatchesCreated);
        await _service.Blobs.GetBlobContainerClient(Containers.Batches).UploadBlobAsync($"{folder}/batch.json", BinaryData.FromString("{}"), Cancel);
        await Eventually.TrueAsync(async () => (await queue.PeekMessagesAsync(1, Cancel)).Value.Length == 1, "storage's own event");
        var message = (await queue.ReceiveMessageAsync(TimeSpan.FromMinutes(1), Cancel)).Value;
        await MessageDelivery.InvokeAsync(_service.Services, function, message, Cancel);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, Cancel);
        return queue;
    }

    private async Task<List<BatchView>> BatchesAsync() => await _service.Client.ListBatchesAsync(Cancel).ToListAsync(Cancel);
}
