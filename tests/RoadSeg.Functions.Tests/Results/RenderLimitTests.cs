using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Fairness;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>"Overlays have no limit a caller": how many pictures a caller may have made at once.</summary>
public sealed class RenderLimitTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly PhotoSlots _turns = new();
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage, services: services => services.AddSingleton(_turns));

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task The_sixty_fifth_picture_at_once_is_told_to_come_again()
    {
        var id = await SucceededJob.CreateAsync(new JobStore(storage.Blobs, storage.Queues, TimeProvider.System));
        await storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Mask)).UploadAsync(BinaryData.FromString("no mask"), Cancel);
        using var all = await _turns.RenderAsync("another", long.MaxValue, heavy: false, Cancel);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = Enumerable.Range(0, 65).Select(i => _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/polygons?minArea={i + 1}", UriKind.Relative), enough.Token)).ToList();
        using var refused = await await Task.WhenAny(asked).WaitAsync(TimeSpan.FromMinutes(1), Cancel);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(64, asked.Count(static one => !one.IsCompleted));
        await enough.CancelAsync();
        await Task.WhenAll(asked).ContinueWith(static _ => { }, TaskScheduler.Default);
    }
}
