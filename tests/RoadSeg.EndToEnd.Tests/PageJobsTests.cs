namespace RoadSeg.EndToEnd.Tests;

/// <summary>Finding, deleting and following up jobs on the page, by a service that signs webhooks.</summary>
public sealed class PageJobsTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    [Fact(Timeout = 480_000)]
    public async Task Jobs_are_found_and_deleted_and_their_webhooks_followed_up_in_Chromium()
    {
        PageStory.PageIsBuilt();
        await PageStory.TellAsync("jobs.mjs", fixture.Stack, [], TestContext.Current.CancellationToken);
    }
}
