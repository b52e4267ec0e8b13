using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using RoadSeg.Batches;
using RoadSeg.Capture;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Client;

public sealed partial class RoadSegClient
{
    /// <summary>Makes one batch of many photos.</summary>
    /// <param name="request">What the photos are, and what is said of their jobs.</param>
    /// <param name="idempotencyKey">The same key with the same request gets the same batch, also after it has ended. Null takes a new one,
    /// which makes the client's own repetitions safe.</param>
    /// <param name="cancel">Gives up; the batch may exist.</param>
    public Task<BatchView> StartBatchAsync(BatchRequest request, string? idempotencyKey = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = idempotencyKey ?? NewKey();
        return _calls.ReadAsync(
            HttpMethod.Post,
            "v1/batches",
            BatchJson.Default.BatchView,
            call =>
            {
                call.Content = JsonContent.Create(request, BatchRequestJson.Default.BatchRequest);
                call.Headers.Add("Idempotency-Key", key);
            },
            cancel
        );
    }

    /// <summary>A batch as it stands.</summary>
    public Task<BatchView> GetBatchAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, BatchPath(id), BatchJson.Default.BatchView, null, cancel);

    /// <summary>Cancels a batch: what has ended keeps its results. One that has ended is left as it is.</summary>
    /// <returns>The batch as it stands after that.</returns>
    public Task<BatchView> CancelBatchAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Delete, BatchPath(id), BatchJson.Default.BatchView, null, cancel);

    /// <summary>Tries the photos of a batch again that failed, were canceled or never began.</summary>
    public Task<BatchView> RetryBatchAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Post, $"{BatchPath(id)}/retry", BatchJson.Default.BatchView, null, cancel);

    /// <summary>The caller's batches, newest first, page after page as they are asked for.</summary>
    public async IAsyncEnumerable<BatchView> ListBatchesAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        string? after = null;
        do
        {
            var query = Query.Of(("limit", FormattableString.Invariant($"{MaxPage}")), ("after", after));
            var page = await _calls.ReadAsync(HttpMethod.Get, "v1/batches" + query, BatchJson.Default.BatchPage, null, cancel);
            foreach (var batch in page.Items)
                yield return batch;
            after = page.Next;
        } while (after is not null);
    }

    /// <summary>The photos of a batch, in their order, page after page as they are asked for.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="state">waiting, under-way, succeeded, failed or canceled; all when null.</param>
    /// <param name="box">Only photos that were taken within it.</param>
    /// <param name="cancel">Stops between pages.</param>
    public async IAsyncEnumerable<BatchItemView> ListBatchItemsAsync(
        WorkId id,
        string? state = null,
        GeoBox? box = null,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? after = null;
        do
        {
            var path = ItemsPath(id, state, box, null, after);
            var page = await _calls.ReadAsync(HttpMethod.Get, path, BatchJson.Default.BatchItemPage, null, cancel);
            foreach (var item in page.Items)
                yield return item;
            after = page.Next;
        } while (after is not null);
    }

    /// <summary>The photos of a batch that say where they were taken, in their order, as GeoJSON features.</summary>
    /// <inheritdoc cref="ListBatchItemsAsync"/>
    public async IAsyncEnumerable<JobFeature> ListBatchFeaturesAsync(
        WorkId id,
        string? state = null,
        GeoBox? box = null,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? after = null;
        do
        {
            var path = ItemsPath(id, state, box, "geojson", after);
            var page = await _calls.ReadAsync(HttpMethod.Get, path, JobJson.Default.JobFeatures, null, cancel);
            foreach (var photo in page.Features)
                yield return photo;
            after = page.Next;
        } while (after is not null);
    }

    /// <summary>Waits until a batch has ended, in whatever way: by long polls of half a minute.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="progress">Called with the batch as first seen and whenever it has changed.</param>
    /// <param name="archives">Also until its archives are whole.</param>
    /// <param name="cancel">Stops waiting; the batch goes on.</param>
    public async Task<BatchView> WaitForBatchAsync(
        WorkId id,
        IProgress<BatchView>? progress = null,
        bool archives = false,
        CancellationToken cancel = default
    )
    {
        EntityTagHeaderValue? known = null;
        while (true)
        {
            var asked = _time.GetTimestamp();
            var wait = known is null ? TimeSpan.Zero : _pollWait;
            var path = BatchPath(id) + FormattableString.Invariant($"?wait={Math.Max(0, Math.Ceiling(wait.TotalSeconds)):F0}");
            var (batch, etag, retryAfter) = await _calls.PollAsync(path, BatchJson.Default.BatchView, known, cancel);
            if (batch is not null)
                progress?.Report(batch);
            if (batch is { FinishedAt: not null } && (!archives || batch.Archives.All(static archive => archive.FinishedAt is not null)))
                return batch;
            var pause = (retryAfter ?? DefaultPause) - _time.GetElapsedTime(asked);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, cancel);
            known = etag;
        }
    }

    /// <summary>The manifest of a batch: JSON lines of <see cref="BatchItemView"/>, or CSV. Dispose it.</summary>
    public Task<Stream> OpenBatchManifestAsync(WorkId id, bool csv = false, CancellationToken cancel = default) =>
        _calls.OpenAsync($"{BatchPath(id)}/manifest{(csv ? "?format=csv" : "")}", cancel);

    /// <summary>Has results of a batch packed into zips, in the background.</summary>
    /// <param name="id">A batch that has ended.</param>
    /// <param name="results">Of mask, color, overlay, confidence, summary, polygons; null: mask and summary.</param>
    /// <param name="cancel">Gives up; the archive may be made.</param>
    /// <returns>The batch, which lists its archives.</returns>
    public Task<BatchView> MakeBatchArchiveAsync(WorkId id, IReadOnlyList<string>? results = null, CancellationToken cancel = default) =>
        _calls.ReadAsync(
            HttpMethod.Post,
            $"{BatchPath(id)}/archives",
            BatchJson.Default.BatchView,
            call => call.Content = JsonContent.Create(new BatchArchiveRequest(results), BatchRequestJson.Default.BatchArchiveRequest),
            cancel
        );

    /// <summary>Fetches a zip of an archive, and goes on where a former try broke off.</summary>
    /// <param name="part">The part, as a batch's archive lists it.</param>
    /// <param name="to">What it is added to: its length is how much is there already. Remains the caller's.</param>
    /// <param name="cancel">Stops; what has come stays.</param>
    public async Task FetchBatchArchiveAsync(BatchArchivePartView part, Stream to, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(to);
        await _calls.RepeatedAsync(
            async _ =>
            {
                to.Position = to.Length;
                if (to.Length >= part.Bytes)
                    return true;
                using var response = await _calls.SendAsync(
                    HttpMethod.Get,
                    part.Address.TrimStart('/'),
                    HttpCompletionOption.ResponseHeadersRead,
                    call => call.Headers.Range = to.Length > 0 ? new RangeHeaderValue(to.Length, null) : null,
                    cancel
                );
                if (response.StatusCode != HttpStatusCode.PartialContent)
                    to.SetLength(0);
                await response.Content.CopyToAsync(to, cancel);
                return to.Length >= part.Bytes ? true : throw new HttpRequestException("The zip ended before its length.");
            },
            cancel
        );
    }

    private static string ItemsPath(WorkId id, string? state, GeoBox? box, string? format, string? after) =>
        $"{BatchPath(id)}/items"
        + Query.Of(
            ("state", state),
            ("bbox", box?.ToString()),
            ("format", format),
            ("limit", FormattableString.Invariant($"{MaxPage}")),
            ("after", after)
        );

    private static string BatchPath(WorkId id) => $"v1/batches/{id}";
}
