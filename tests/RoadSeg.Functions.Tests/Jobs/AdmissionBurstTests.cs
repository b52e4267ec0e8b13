using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Work;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>What a process that knows nothing yet lets in.</summary>
public sealed class AdmissionBurstTests(StorageFixture storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fresh_process_counts_before_it_lets_a_burst_in()
    {
        // The fault: of many requests at once the first one counted and the others were let in as if there were none.
        var caller = "burst-" + Guid.NewGuid().ToString("N")[..8];
        var markers = storage.Blobs.GetBlobContainerClient(Containers.JobsActive);
        for (var i = 0; i < 3; i++)
            await markers.GetBlobClient(BlobPaths.ActiveJob(caller, WorkId.New(TimeProvider.System))).UploadAsync(BinaryData.Empty, Cancel);
        var held = new TaskCompletionSource();
        var options = new BlobClientOptions();
        options.AddPolicy(new HeldListing(held.Task), HttpPipelinePosition.PerCall);
        var admission = new Admission(
            new BlobServiceClient(storage.ConnectionString, options), new QueueGauge(storage.Queues, TimeProvider.System), new WorkOptions { MaxLiveJobs = 3 }, TimeProvider.System);

        var asked = Enumerable.Range(0, 20).Select(_ => admission.AdmitAsync(caller, Cancel)).ToArray();
        Assert.DoesNotContain(asked, one => one.IsCompletedSuccessfully);
        held.SetResult();

        foreach (var one in asked)
            Assert.Equal(ErrorCodes.TooManyJobs, (await Assert.ThrowsAsync<RoadSegException>(() => one)).Code);
    }

    private sealed class HeldListing(Task until) : HttpPipelinePolicy
    {
        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await until.WaitAsync(message.CancellationToken);
            await ProcessNextAsync(message, pipeline);
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
