using System.Net;
using System.Net.Http.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Two callers whose keys the host has checked: neither sees nor starves the other. By which routes, and what a full queue answers, is asked in memory
/// (RoadSeg.Functions.Tests).</summary>
public sealed class CallerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_finds_none_of_anothers_jobs()
    {
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true }, Cancel);
        using var callers = await TwoCallers.OfAsync(stack);

        var id = await SubmittedAsync(callers.One);
        using var mine = await callers.One.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), Cancel);
        using var notMine = await callers.Other.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (mine.StatusCode, notMine.StatusCode));
    }

    [Fact]
    public async Task One_job_of_another_caller_does_not_wait_for_a_backlog()
    {
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions
        {
            RequireKeys = true,
            Settings = new Dictionary<string, string> { ["ROADSEG_INTERACTIVE_JOBS"] = "4" },
        }, Cancel);
        using var callers = await TwoCallers.OfAsync(stack);
        var (heavy, light) = (callers.One, callers.Other);
        var backlog = new List<WorkId>();
        for (var i = 0; i < 60; i++)
            backlog.Add(await SubmittedAsync(heavy));

        var one = await SubmittedAsync(light);
        var ended = await light.GetFromJsonAsync(new Uri($"/v1/jobs/{one}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel);
        Assert.Equal(JobState.Succeeded, ended!.State);

        var store = new JobStore(stack.Blobs, stack.Queues, TimeProvider.System);
        var before = 0;
        foreach (var id in backlog)
        {
            var job = await heavy.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel);
            Assert.Equal(JobState.Succeeded, job!.State);
            before += job.Times.FinishedAt < ended.Times.FinishedAt && job.Times.FinishedAt > ended.Times.CreatedAt ? 1 : 0;
        }

        // Of what had been submitted before it, only what was being worked on already may end before it.
        Assert.InRange(before, 0, 20);
        Assert.Equal(WorkLane.Bulk, (await store.FindAsync(backlog[^1], Cancel))!.Value.Lane);
    }

    private static async Task<WorkId> SubmittedAsync(HttpClient api)
    {
        using var photo = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        using var answer = await api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), photo, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id;
    }
}
