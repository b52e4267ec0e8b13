namespace RoadSeg.EndToEnd.Tests;

/// <summary>Batches on the page.</summary>
public sealed class PageBatchTests(StackFixture stack)
{
    [Fact(Timeout = 480_000)]
    public async Task The_jobs_of_a_tag_become_a_batch_that_is_followed_and_taken_home_in_Chromium()
    {
        PageStory.PageIsBuilt();
        await PageStory.TellAsync("batches.mjs", stack.Stack, [], TestContext.Current.CancellationToken);
    }
}
