using System.Net;
using System.Net.Http.Headers;
using RoadSeg.Datasets;
using RoadSeg.Errors;

namespace RoadSeg.Client;

// Sets go into storage with any storage tool, or with DatasetPush: the service has no call that takes one.
public sealed partial class RoadSegClient
{
    /// <summary>Every data set by name.</summary>
    public async Task<IReadOnlyList<DatasetView>> ListDatasetsAsync(CancellationToken cancel = default) =>
        (await _calls.ReadAsync(HttpMethod.Get, "v1/datasets", DatasetRecordJson.Default.DatasetList, null, cancel)).Items;

    /// <summary>A data set as it stands.</summary>
    public Task<DatasetView> GetDatasetAsync(string name, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, DatasetPath(name), DatasetRecordJson.Default.DatasetView, null, cancel);

    /// <summary>The report of a version, of the newest when null, or of the latest drop where that cannot be used.</summary>
    /// <exception cref="System.Text.Json.JsonException">This client does not know the report's form.</exception>
    public async Task<DatasetReport> GetDatasetReportAsync(string name, string? version = null, CancellationToken cancel = default)
    {
        await using var body = await _calls.OpenAsync(
            DatasetPath(name) + (version is null ? "" : $"/versions/{Uri.EscapeDataString(version)}") + "/report",
            cancel
        );
        using var report = new MemoryStream();
        await body.CopyToAsync(report, cancel);
        return DatasetReport.FromJson(report.ToArray());
    }

    /// <summary>Waits until a drop is ready or failed, asking once a second.</summary>
    /// <param name="name">The set.</param>
    /// <param name="drop">ETag of its <c>dataset.json</c>, unquoted, as <see cref="Datasets.Files.PushedDataset"/> returns it; null for
    /// whichever drop is the latest.</param>
    /// <param name="timeout">Gives up after this; null waits as long as it takes.</param>
    /// <param name="progress">Called with the set whenever it has changed.</param>
    /// <param name="cancel">Stops waiting; the check goes on.</param>
    /// <exception cref="TimeoutException">It had not ended in time.</exception>
    /// <exception cref="RoadSegApiException">Another drop of the set took its place.</exception>
    public async Task<DatasetView> WaitForDatasetAsync(
        string name,
        string? drop = null,
        TimeSpan? timeout = null,
        IProgress<DatasetView>? progress = null,
        CancellationToken cancel = default
    )
    {
        var began = _time.GetTimestamp();
        EntityTagHeaderValue? known = null;
        var seen = false;
        while (true)
        {
            var (set, tag) = await DatasetIfChangedAsync(name, known, cancel);
            known = tag ?? known;
            if (set is not null && (drop is null || set.Drop == drop))
            {
                seen = true;
                progress?.Report(set);
                if (set.FinishedAt is not null)
                    return set;
            }
            else if (set is not null && seen)
            {
                throw new RoadSegApiException(
                    HttpStatusCode.Conflict,
                    null,
                    $"Another drop of the data set '{name}' took the place of this one."
                );
            }

            if (_time.GetElapsedTime(began) >= timeout)
                throw new TimeoutException(
                    $"The check of the data set '{name}' had not ended after {timeout.Value.TotalSeconds:F0} s. It goes on; ask for it "
                        + "again."
                );
            await Task.Delay(DefaultPause, _time, cancel);
        }
    }

    // A set that was just dropped has no record until its event is handled.
    private Task<(DatasetView? Set, EntityTagHeaderValue? Tag)> DatasetIfChangedAsync(
        string name,
        EntityTagHeaderValue? known,
        CancellationToken cancel
    ) =>
        _calls.RepeatedAsync(
            async _ =>
            {
                try
                {
                    using var response = await _calls.SendAsync(
                        HttpMethod.Get,
                        DatasetPath(name),
                        HttpCompletionOption.ResponseContentRead,
                        request =>
                        {
                            if (known is not null)
                                request.Headers.IfNoneMatch.Add(known);
                        },
                        cancel
                    );
                    return response.StatusCode == HttpStatusCode.NotModified
                        ? (null, response.Headers.ETag)
                        : (
                            (DatasetView?)await ServiceCalls.BodyAsync(response, DatasetRecordJson.Default.DatasetView, cancel),
                            response.Headers.ETag
                        );
                }
                catch (RoadSegApiException e) when (e.Code == ErrorCodes.DatasetNotFound.Code)
                {
                    return (null, null);
                }
            },
            cancel
        );

    private static string DatasetPath(string name) => $"v1/datasets/{Uri.EscapeDataString(name)}";
}
