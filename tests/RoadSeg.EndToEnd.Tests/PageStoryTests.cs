namespace RoadSeg.EndToEnd.Tests;

/// <summary>A visitor's story on the page.</summary>
public sealed class PageStoryTests(StackFixture stack)
{
    [Fact(Timeout = 480_000)]
    public async Task The_whole_story_works_in_Chromium()
    {
        PageStory.PageIsBuilt();
        await PageStory.TellAsync("story.mjs", stack.Stack, [], TestContext.Current.CancellationToken);
    }
}
