using RoadSeg.Jobs;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Bad photos through the running chain; which code each gets is asked in memory (RoadSeg.Functions.Tests).</summary>
public sealed class BadPhotoTests(StackFixture stack)
{
    [Fact]
    public async Task Bad_photos_of_every_kind_fail_their_jobs_and_the_worker_stays_up()
    {
        var worker = stack.Stack.WorkerProcessId;

        var jobs = await Task.WhenAll(BadPhotos.Kinds.Select(kind => stack.DroppedAsync(BadPhotos.Of(kind), $"tests/{Guid.NewGuid()}/photo.jpg")));

        Assert.All(jobs, job => Assert.Equal(JobState.Failed, job.State));
        Assert.Equal(JobState.Succeeded, (await stack.DroppedAsync(Photos.Fixture("grey.jpg"))).State);
        Assert.Equal(worker, stack.Stack.WorkerProcessId);
    }
}
