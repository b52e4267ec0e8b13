using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using RoadSeg.Jobs;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Client;

// Starting and canceling runs is for operators: others are refused with operator-required.
public sealed partial class RoadSegClient
{
    /// <summary>Queues a training run.</summary>
    /// <param name="request">What to learn from, and how.</param>
    /// <param name="idempotencyKey">The same key with the same request gets the same run, also after it has ended. Null takes a new one,
    /// which makes the client's own repetitions safe.</param>
    /// <param name="cancel">Gives up; the run may exist.</param>
    public Task<TrainingView> StartTrainingAsync(TrainingRequest request, string? idempotencyKey = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var key = idempotencyKey ?? NewKey();
        return _calls.ReadAsync(
            HttpMethod.Post,
            "v1/trainings",
            TrainingJson.Default.TrainingView,
            call =>
            {
                call.Content = JsonContent.Create(request, TrainingJson.Default.TrainingRequest);
                call.Headers.Add("Idempotency-Key", key);
            },
            cancel
        );
    }

    /// <summary>A training run as it stands.</summary>
    public Task<TrainingView> GetTrainingAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, TrainingPath(id), TrainingJson.Default.TrainingView, null, cancel);

    /// <summary>Cancels a training run. One that has ended is left as it is; canceling twice is no error.</summary>
    /// <returns>The run as it stands after that.</returns>
    public Task<TrainingView> CancelTrainingAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Delete, TrainingPath(id), TrainingJson.Default.TrainingView, null, cancel);

    /// <summary>The training runs, newest first, page after page as they are asked for.</summary>
    public async IAsyncEnumerable<TrainingView> ListTrainingsAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        string? after = null;
        do
        {
            var page = await _calls.ReadAsync(
                HttpMethod.Get,
                "v1/trainings" + Query.Of(("limit", FormattableString.Invariant($"{MaxPage}")), ("after", after)),
                TrainingJson.Default.TrainingPage,
                null,
                cancel
            );
            foreach (var run in page.Items)
                yield return run;
            after = page.Next;
        } while (after is not null);
    }

    /// <summary>Waits until a training run has ended, in whatever way: by long polls that end when it has changed.</summary>
    /// <param name="id">The run.</param>
    /// <param name="progress">Called with the run as first seen and whenever it has changed.</param>
    /// <param name="cancel">Stops waiting; the run goes on.</param>
    public async Task<TrainingView> WaitTrainingAsync(
        WorkId id,
        IProgress<TrainingView>? progress = null,
        CancellationToken cancel = default
    )
    {
        EntityTagHeaderValue? known = null;
        while (true)
        {
            var asked = _time.GetTimestamp();
            var path = TrainingPath(id) + FormattableString.Invariant($"?wait={(known is null ? 0 : _pollWait.TotalSeconds):F0}");
            var (run, etag, _) = await _calls.PollAsync(path, TrainingJson.Default.TrainingView, known, cancel);
            if (run is not null)
                progress?.Report(run);
            if (run?.State.IsTerminal() == true)
                return run;

            // Changes come every few seconds; something in between that answers without waiting is not asked more often either.
            var pause = DefaultPause - _time.GetElapsedTime(asked);
            if (pause > TimeSpan.Zero)
                await Task.Delay(pause, _time, cancel);
            known = etag ?? known;
        }
    }

    private static string TrainingPath(WorkId id) => $"v1/trainings/{id}";
}
