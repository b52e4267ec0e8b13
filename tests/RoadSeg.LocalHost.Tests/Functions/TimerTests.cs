using Azure.Storage.Blobs;

namespace RoadSeg.LocalHost.Tests;

public sealed class TimerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_timer_fires_by_its_schedule_again_and_again()
    {
        await using var app = new TestApp(azurite) { Settings = { ["TICK"] = "* * * * * *" } };
        await app.StartAsync();
        await app.RunsAsync("Tick", "ended", 3);
    }

    [Fact]
    public async Task An_occurrence_missed_while_the_host_was_down_runs_at_once_and_is_past_due()
    {
        await using var app = new TestApp(azurite) { Settings = { ["TICK"] = "00:05:00" } };
        var last = TimeProvider.System.GetLocalNow().AddMinutes(-10);
        var status = $$"""{"Last":"{{last:O}}","Next":"{{last.AddMinutes(5):O}}","LastUpdated":"{{last:O}}"}""";
        var states = new BlobContainerClient(azurite.ConnectionString, "azure-webjobs-hosts");
        await states.CreateIfNotExistsAsync();
        var blob = states.GetBlobClient($"timers/{app.Settings["AzureFunctionsWebHost__hostid"]}/Functions.Tick/status");
        await blob.UploadAsync(new BinaryData(status));
        await app.StartAsync();
        Assert.StartsWith("True ", (await app.RunsAsync("Tick", "ended"))[0].Text, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await blob.DownloadContentAsync()).Value.Content.ToString() != status, "the stored status");
    }
}
