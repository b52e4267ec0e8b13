using System.Text;
using System.Text.Json;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Data sets, training runs and models on the page.</summary>
public sealed class PageBrowseTests
{
    [Fact(Timeout = 480_000)]
    public async Task Data_sets_training_runs_and_models_are_seen_and_changed_in_Chromium_where_keys_are_checked()
    {
        PageStory.PageIsBuilt();
        using var folder = new TempFolder();
        await using var own = await LocalStack.StartAsync(
            new LocalStackOptions { RequireKeys = true, Settings = new Dictionary<string, string> { ["ROADSEG_SWEEP_AFTER"] = "01:00:00" } }, TestContext.Current.CancellationToken);
        var content = new PageContent(own, folder.Path);
        await content.MakeAsync();
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(own.KeyFile!, TestContext.Current.CancellationToken));
        await PageStory.TellAsync("browse.mjs", own, new Dictionary<string, string>
        {
            ["KEY"] = keys.RootElement.GetProperty("master").GetString()!,
            ["DATASET"] = PageContent.Dataset,
            ["LEARNING"] = content.Learning.ToString(),
            ["LEARNED"] = content.Learned.ToString(),
            ["METRICS"] = content.MetricsOf(content.Learning).ToString(),
            ["MORE_METRICS"] = await folder.SaveAsync("metrics.jsonl", Encoding.UTF8.GetBytes(PageContent.Metrics(720))),
            ["MODEL"] = content.Candidate.Manifest.Name,
            ["CANDIDATE"] = content.Candidate.Manifest.Version,
        }, TestContext.Current.CancellationToken);
    }
}
