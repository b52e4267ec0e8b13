using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Cli.Stack;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests.Telemetry;

/// <summary>A process says that it is ready only when it can do its work, and otherwise why not.</summary>
public sealed class ReadinessTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_its_model_and_its_storage_it_is_ready_and_names_them()
    {
        await using var handler = await DirectWorker.StartAsync(stack.Stack.ConnectionString, Cancel);

        var (status, body) = await handler.ReadinessAsync(Cancel);

        Assert.Equal((HttpStatusCode.OK, true, "ok"), (status, (bool)body["ready"]!, (string?)body["storage"]));

        // What may follow on a busy machine says that a run takes long here.
        Assert.Matches("^[a-z0-9.+-]+ [0-9]+T[0-9]+Z-[0-9a-f]+ on cpu(; a run takes .+)?$", (string?)body["model"]);
    }

    [Fact]
    public async Task A_GPU_role_without_CUDA_is_not_ready_and_does_not_pass_for_a_CPU()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "This machine has a GPU.");
        await using var handler = await DirectWorker.StartAsync(stack.Stack.ConnectionString, Cancel, new Dictionary<string, string> { ["ROADSEG_PROVIDER"] = "cuda" });

        var (status, body) = await handler.ReadinessAsync(Cancel);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, false, "ok"), (status, (bool)body["ready"]!, (string?)body["storage"]));
        Assert.Contains("CUDA", (string?)body["model"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_does_not_answer_makes_it_not_ready_while_it_stays_live()
    {
        var dead = Loopback.FreePort();
        var connection = $"DefaultEndpointsProtocol=http;AccountName=a;AccountKey={Convert.ToBase64String(new byte[64])};BlobEndpoint=http://127.0.0.1:{dead}/a;QueueEndpoint=http://127.0.0.1:{dead}/a";
        await using var handler = await DirectWorker.StartAsync(connection, Cancel);

        var (status, body) = await handler.ReadinessAsync(Cancel);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (status, (bool)body["ready"]!));
        Assert.NotEqual("ok", (string?)body["storage"]);
        Assert.DoesNotContain("loading", (string?)body["model"], StringComparison.Ordinal);

        // Callers are told that it is storage, and when to ask again.
        using var answer = await handler.Http.GetAsync(new Uri($"/v1/jobs/{WorkId.New(TimeProvider.System)}", UriKind.Relative), Cancel);
        var problem = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable && problem.Contains("storage-unavailable", StringComparison.Ordinal), problem);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task An_account_without_the_services_queues_is_not_ready_and_says_which_is_missing()
    {
        await using var azurite = await LocalHost.AzuriteProcess.StartAsync(new LocalHost.AzuriteOptions { NodeModules = Workspace.NodeModules }, Cancel);
        await new BlobServiceClient(azurite.ConnectionString).CreateBlobContainerAsync(Containers.Jobs, cancellationToken: Cancel);
        await using var handler = await DirectWorker.StartAsync(azurite.ConnectionString, Cancel);

        var (status, body) = await handler.ReadinessAsync(Cancel);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the queue 'segmentation-jobs' does not exist"), (status, (string?)body["storage"]));

        await new QueueServiceClient(azurite.ConnectionString).CreateQueueAsync(Queues.SegmentationJobs, cancellationToken: Cancel);
        Assert.Equal(HttpStatusCode.OK, (await handler.ReadinessAsync(Cancel)).Status);
    }
}
