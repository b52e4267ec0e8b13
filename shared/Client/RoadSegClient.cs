using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Client;

/// <summary>A typed client of RoadSeg's HTTP API. Safe for use by many threads at once.</summary>
/// <remarks>Every method throws <see cref="RoadSegApiException"/> when the service refuses, <see cref="HttpRequestException"/> or
/// <see cref="TimeoutException"/> when it cannot be reached after the attempts of <see cref="RoadSegClientOptions.Retries"/>, and
/// <see cref="OperationCanceledException"/> when canceled.</remarks>
public sealed partial class RoadSegClient
{
    private const int MaxPage = 100;

    private readonly ServiceCalls _calls;
    private readonly HttpClient _storage;
    private readonly TimeProvider _time;
    private readonly TimeSpan _pollWait;

    /// <summary>A client of one service.</summary>
    /// <param name="http">Its BaseAddress is the service's; its Timeout bounds each call, long polls included. Remains the
    /// caller's.</param>
    /// <param name="options">Key and retries; no key and the default retries when null.</param>
    /// <param name="storage">What photos are PUT straight into storage with; its Timeout bounds a whole upload. <paramref name="http"/>
    /// when null: its default headers then go to storage too.</param>
    /// <param name="time">Clock of delays and timeouts; the system's when null.</param>
    /// <exception cref="ArgumentException">No BaseAddress.</exception>
    public RoadSegClient(HttpClient http, RoadSegClientOptions? options = null, HttpClient? storage = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _time = time ?? TimeProvider.System;
        _calls = new ServiceCalls(http, options ?? new RoadSegClientOptions(), _time);
        _storage = storage ?? http;
        _pollWait = LongestPoll(http.Timeout);
    }

    /// <summary>A job as it stands.</summary>
    public Task<JobView> GetAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, JobPath(id), JobJson.Default.JobView, null, cancel);

    /// <summary>Cancels a job. A job that has ended is left as it is; canceling twice is no error.</summary>
    /// <returns>The job as it stands after that.</returns>
    public Task<JobView> CancelAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Delete, JobPath(id), JobJson.Default.JobView, null, cancel);

    /// <summary>Deletes all that is kept of a job: photo, results, names and tags. There is no way back; erasing twice is no
    /// error.</summary>
    public Task EraseAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.DoAsync(HttpMethod.Delete, JobPath(id) + "?erase=true", cancel);

    /// <summary>Has the webhook of a job that has ended delivered again, whatever came of it before.</summary>
    /// <returns>The job as it stands.</returns>
    public Task<JobView> RedeliverWebhookAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Post, JobPath(id) + "/webhook", JobJson.Default.JobView, null, cancel);

    /// <summary>Sends one test event to a receiver, signed as every webhook is.</summary>
    /// <param name="url">Its https address.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>What came of it, whatever that is.</returns>
    public Task<WebhookTestResult> TestWebhookAsync(string url, CancellationToken cancel = default) =>
        _calls.ReadAsync(
            HttpMethod.Post,
            "v1/webhooks/test",
            JobJson.Default.WebhookTestResult,
            request => request.Content = JsonContent.Create(new WebhookTestRequest(url), JobJson.Default.WebhookTestRequest),
            cancel
        );

    /// <summary>The caller's jobs, newest first, page after page as they are asked for.</summary>
    /// <param name="filter">Only these jobs; all when null.</param>
    /// <param name="pageSize">Jobs a call, 1-100.</param>
    /// <param name="cancel">Stops between pages.</param>
    public async IAsyncEnumerable<JobView> ListAsync(
        JobFilter? filter = null,
        int pageSize = MaxPage,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? after = null;
        do
        {
            var query = ListQuery(filter, pageSize, after, null);
            var page = await _calls.ReadAsync(HttpMethod.Get, "v1/jobs" + query, JobJson.Default.JobPage, null, cancel);
            foreach (var job in page.Items)
                yield return job;
            after = page.Next;
        } while (after is not null);
    }

    /// <summary>The caller's jobs whose photos say where they were taken, newest first, as GeoJSON features.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async IAsyncEnumerable<JobFeature> ListFeaturesAsync(
        JobFilter? filter = null,
        int pageSize = MaxPage,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? after = null;
        do
        {
            var query = ListQuery(filter, pageSize, after, "geojson");
            var page = await _calls.ReadAsync(HttpMethod.Get, "v1/jobs" + query, JobJson.Default.JobFeatures, null, cancel);
            foreach (var job in page.Features)
                yield return job;
            after = page.Next;
        } while (after is not null);
    }

    private static string ListQuery(JobFilter? filter, int pageSize, string? after, string? format)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, MaxPage);
        return Query.Of([
            .. (filter ?? new JobFilter()).Parameters(),
            ("format", format),
            ("limit", FormattableString.Invariant($"{pageSize}")),
            ("after", after),
        ]);
    }

    private static string JobPath(WorkId id) => $"v1/jobs/{id}";
}
