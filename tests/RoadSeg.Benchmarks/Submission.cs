using System.Diagnostics;
using System.Net.Http.Json;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Benchmarks;

/// <summary>Photos through the HTTP API.</summary>
internal static class Submission
{
    /// <summary>From submission to result.</summary>
    public static async Task<(double Milliseconds, JobView Job)> TimedAsync(HttpClient api, byte[] photo, CancellationToken cancel, string type = "image/jpeg")
    {
        var started = Stopwatch.GetTimestamp();
        var id = await SendAsync(api, photo, cancel, type);
        JobView? job;
        do
            job = await api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, cancel);
        while (!job!.State.IsTerminal());
        return job.State == JobState.Succeeded ? (Stopwatch.GetElapsedTime(started).TotalMilliseconds, job) : throw new InvalidOperationException("A job failed.");
    }

    /// <summary>Submits a photo and takes its result from the same answer.</summary>
    public static async Task<JobView> AnswerAsync(HttpClient api, byte[] photo, CancellationToken cancel, string type = "image/jpeg")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs")
        {
            Content = new ByteArrayContent(photo) { Headers = { ContentType = new(type) } },
            Headers = { { "Prefer", "wait=60" } },
        };
        using var answer = await api.SendAsync(request, cancel);
        answer.EnsureSuccessStatusCode();
        var job = await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel);
        return job is { State: JobState.Succeeded } ? job : throw new InvalidOperationException($"The job did not succeed: {job!.State}.");
    }

    /// <summary>Submits a photo in the request body.</summary>
    public static async Task<WorkId> SendAsync(HttpClient api, byte[] photo, CancellationToken cancel, string type = "image/jpeg")
    {
        using var body = new ByteArrayContent(photo) { Headers = { ContentType = new(type) } };
        using var answer = await api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, cancel);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel))!.Id;
    }
}
