namespace RoadSeg.EndToEnd.Tests;

/// <summary>What the page says when something breaks.</summary>
public sealed class PageFaultTests(StackFixture stack)
{
    [Fact(Timeout = 480_000)]
    public async Task What_breaks_is_told_and_mended_in_Chromium()
    {
        PageStory.PageIsBuilt();
        await PageStory.TellAsync("faults.mjs", stack.Stack, [], TestContext.Current.CancellationToken);
    }
}
