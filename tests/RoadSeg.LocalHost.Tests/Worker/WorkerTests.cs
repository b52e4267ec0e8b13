using Microsoft.Extensions.Time.Testing;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Worker;

namespace RoadSeg.LocalHost.Tests;

public sealed class WorkerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_crash_fails_its_request_the_next_waits_for_the_new_worker_and_the_third_ends_the_host()
    {
        await using var app = await new TestApp().StartAsync();
        for (var crash = 1; crash <= 3; crash++)
        {
            using (var exit = await app.GetAsync("/exit/9")) Assert.Equal(500, (int)exit.StatusCode);
            if (crash == 3) break;
            await Eventually.TrueAsync(() => app.Host.WorkerStartCount == crash + 1, "the next start");
            using var answer = await app.GetAsync("/digits");
            Assert.Equal(200, (int)answer.StatusCode);
        }
        var reason = await app.Host.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains("The worker failed for the third time. The worker ended with code 9 (0x9). Ends with 9 on /exit/9", reason);
    }

    [Fact]
    public async Task A_worker_that_asks_for_it_with_200_is_restarted_any_number_of_times()
    {
        await using var app = await new TestApp().StartAsync();
        for (var turn = 1; turn <= 4; turn++)
        {
            (await app.GetAsync("/exit/200")).Dispose();
            await Eventually.TrueAsync(() => app.Host.WorkerStartCount == turn + 1, "the next start");
        }
        using var answer = await app.GetAsync("/digits");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_request_that_does_not_heed_its_time_out_is_answered_500_and_the_worker_restarted()
    {
        await using var app = new TestApp { Settings = { ["AzureFunctionsJobHost__functionTimeout"] = "00:00:05" } };
        await app.StartAsync();
        (await app.GetAsync("/digits")).Dispose();
        using (var slow = await app.GetAsync("/hang/x?deaf")) Assert.Equal(500, (int)slow.StatusCode);
        await Eventually.TrueAsync(() => app.Host.WorkerStartCount == 2, "the second start");
        using var answer = await app.GetAsync("/digits");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_running_request_finishes_before_the_host_stops_and_a_new_one_is_not_taken()
    {
        await using var app = await new TestApp().StartAsync();
        var running = app.GetAsync("/hang/until");
        await app.RunsAsync("Hang", "started");
        var stop = app.Host.StopAsync();
        await Eventually.TrueAsync(async () => await Refused(app), "a closed door");
        app.Release("until");
        using var answer = await running;
        Assert.Equal("ended", await answer.Content.ReadAsStringAsync());
        await stop;
    }

    [Fact]
    public void Errors_count_only_while_each_follows_the_one_before_within_thirty_minutes()
    {
        var clock = new FakeTimeProvider();
        var policy = new RestartPolicy(clock);
        Assert.True(policy.MayRestartAfterError());
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.True(policy.MayRestartAfterError());
        clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.True(policy.MayRestartAfterError());
        Assert.True(policy.MayRestartAfterError());
        Assert.False(policy.MayRestartAfterError());
    }

    [Theory]
    [InlineData("host.json", "{", "host.json' cannot be read")]
    [InlineData("host.json", "{}", "\"version\": \"2.0\"")]
    [InlineData("host.json", """{"version":"2.0","functionTimeout":"soon"}""", "functionTimeout must be a time span")]
    [InlineData("local.settings.json", "{", "local.settings.json' cannot be read")]
    [InlineData("worker.config.json", null, "worker.config.json' is missing. Give the build output")]
    [InlineData("worker.config.json", "{}", "has no description.defaultExecutablePath")]
    [InlineData("worker.config.json", """{"description":{"defaultExecutablePath":"dotnet","defaultWorkerPath":"Absent.dll"}}""", "Absent.dll")]
    public async Task What_is_missing_or_wrong_in_an_app_folder_is_named(string file, string? content, string message)
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(Path.Combine(app.Root, "host.json"), """{"version":"2.0"}""");
        File.Copy(Path.Combine(TestApp.Folder, "worker.config.json"), Path.Combine(app.Root, "worker.config.json"));
        if (content is null) File.Delete(Path.Combine(app.Root, file));
        else await File.WriteAllTextAsync(Path.Combine(app.Root, file), content);
        var error = await Assert.ThrowsAsync<HostConfigurationException>(() => FunctionsHost.StartAsync(app.Options with { ScriptRoot = app.Root }));
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData("WORK_QUEUE", "WORK_QUEUE")]
    [InlineData("AzureWebJobsStorage", "AzureWebJobsStorage")]
    public async Task A_setting_that_a_trigger_needs_is_named_when_it_is_missing(string setting, string message)
    {
        await using var app = new TestApp(azurite);
        app.Settings.Remove(setting);
        var error = await Assert.ThrowsAsync<HostConfigurationException>(() => FunctionsHost.StartAsync(app.Options));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public async Task Settings_win_over_the_environment_which_wins_over_local_settings()
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(Path.Combine(app.Root, "host.json"), """{"version":"2.0","extensions":{"http":{"routePrefix":"v2"}}}""");
        await File.WriteAllTextAsync(Path.Combine(app.Root, "local.settings.json"), """{"Values":{"PATH":"local","Only.Local":"1","Given":"local"}}""");
        var settings = HostSettings.Load(app.Root, new Dictionary<string, string> { ["Given"] = "given", ["AzureWebJobs.F.Disabled"] = "1" });
        Assert.Equal(("v2", "1", "given"), (settings.RoutePrefix, settings.Environment["Only.Local"], settings.Environment["Given"]));
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), settings.Environment["PATH"]);
        Assert.True(settings.IsDisabled("F"));
    }

    private static async Task<bool> Refused(TestApp app)
    {
        try
        {
            using var fresh = new HttpClient { BaseAddress = app.Host.BaseAddress };
            (await fresh.GetAsync(new Uri("/digits", UriKind.Relative))).Dispose();
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
