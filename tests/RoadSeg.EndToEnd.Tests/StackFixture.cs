using System.Net;
using System.Net.Http.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

[assembly: AssemblyFixture(typeof(RoadSeg.EndToEnd.Tests.StackFixture))]

namespace RoadSeg.EndToEnd.Tests;

/// <summary>One running stack for all tests: Azurite, the local host and the handler process.</summary>
public sealed class StackFixture : IAsyncLifetime
{
    private LocalStack? _stack;

    // Before any test: who touches a picture first would have NetVips look for libvips by itself, and no other could load it after that.
    static StackFixture() => VipsLibrary.Initialize();

    /// <summary>What the stack signs webhooks with.</summary>
    internal static string WebhookSecret { get; } = "whsec_" + Convert.ToBase64String([.. Enumerable.Repeat((byte)5, 32)]);

    internal LocalStack Stack => _stack ?? throw new InvalidOperationException("The stack is not started.");

    internal HttpClient Api => Stack.Api;

    public async ValueTask InitializeAsync() => _stack = await LocalStack.StartAsync(
        new LocalStackOptions
        {
            Settings = new Dictionary<string, string> { ["ROADSEG_WEBHOOK_SECRETS"] = WebhookSecret, ["ROADSEG_WEBHOOK_ALLOW_LOOPBACK"] = "1" },
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
    }

    /// <summary>Puts a blob into the uploads container, as any storage tool would, and returns its job's id.</summary>
    internal async Task<WorkId> DropAsync(string path, byte[] content)
    {
        var blob = Stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path);
        var stored = await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, TestContext.Current.CancellationToken);
        return WorkId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString());
    }

    internal async Task<JobView> DroppedAsync(byte[] content, string? path = null) =>
        await EndedAsync(await DropAsync(path ?? $"tests/{Guid.NewGuid()}/photo", content));

    /// <summary>Submits a photo by body.</summary>
    internal async Task<JobView> SubmittedAsync(byte[] content, string contentType = "image/jpeg")
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new(contentType);
        using var response = await Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var accepted = await response.Content.ReadFromJsonAsync(JobJson.Default.JobView, TestContext.Current.CancellationToken);
        return await EndedAsync(accepted!.Id);
    }

    /// <summary>Waits until a job has ended.</summary>
    internal Task<JobView> EndedAsync(WorkId id) => Eventually.GetAsync(
        async () =>
        {
            using var response = await Api.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode
                ? await response.Content.ReadFromJsonAsync(JobJson.Default.JobView, TestContext.Current.CancellationToken)
                : null;
        },
        $"the end of job {id}", job => job.State.IsTerminal());

    internal Task<byte[]> GetAsync(string path) => Api.GetByteArrayAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
}
