using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class StandAloneTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_lets_running_work_finish_and_ends_the_program_with_zero(string signal)
    {
        var queue = azurite.NewQueue();
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).Answers("Work", new Answer { DelayMs = 1500 });
        using var host = Run(app, "--env", $"AzureWebJobsStorage={azurite.ConnectionString}");
        await queue.SendMessageAsync("x");
        var request = (await app.RequestsAsync(1, "Work"))[0];
        using (var kill = Process.Start("kill", ["-" + signal, $"{host.Id}"])) await kill.WaitForExitAsync();
        await host.WaitForExitAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Equal(0, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(request.ProcessId));
    }

    [Fact]
    public async Task It_listens_on_loopback_says_where_and_ends_with_one_when_the_handler_keeps_crashing()
    {
        await using var app = new TestApp().Http("Crash").Answers("Crash", new Answer { Exit = 9 });
        using var host = Run(app);
        var line = await host.StandardOutput.ReadLineAsync();
        while (line is not null && !line.StartsWith("Listening on ", StringComparison.Ordinal)) line = await host.StandardOutput.ReadLineAsync();
        var address = Regex.Match(line!, @"http://127\.0\.0\.1:\d+/").Value;
        while (!host.HasExited)
        {
            try
            {
                using var answer = await app.Client.GetAsync(new Uri(new Uri(address), "api/Crash"));
            }
            catch (HttpRequestException)
            {
                // The third crash takes the host along; a request right after a crash may find nobody.
            }
            await Task.Delay(20);
        }
        await host.WaitForExitAsync();
        Assert.Equal(1, host.ExitCode);
        Assert.Contains("Exceeded http worker restart retry count", await host.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task Without_an_app_it_is_storage_with_what_the_plan_names()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["plan.json"], """{"containers":["photos"],"queues":["spare"],"blobEvents":[{"container":"photos","queue":"taken","endsWith":".jpg"}],"roles":{}}""");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RoadSeg.LocalHost.dll"), "--azurite", folder["data"], "--plan", folder["plan.json"], "--cors", "http://localhost:1"]) { RedirectStandardOutput = true };
        using var host = Process.Start(start)!;
        var line = await host.StandardOutput.ReadLineAsync();
        while (line is not null && !line.StartsWith("AzureWebJobsStorage=", StringComparison.Ordinal)) line = await host.StandardOutput.ReadLineAsync();
        _ = host.StandardOutput.ReadToEndAsync();
        var connection = line!["AzureWebJobsStorage=".Length..];
        var blobs = new Azure.Storage.Blobs.BlobServiceClient(connection);
        var queues = new Azure.Storage.Queues.QueueServiceClient(connection);

        Assert.True(await queues.GetQueueClient("spare").ExistsAsync());
        Assert.Equal("http://localhost:1", Assert.Single((await blobs.GetPropertiesAsync()).Value.Cors).AllowedOrigins);
        await blobs.GetBlobContainerClient("photos").GetBlobClient("a.png").UploadAsync(new BinaryData("a"));
        await blobs.GetBlobContainerClient("photos").GetBlobClient("b.jpg").UploadAsync(new BinaryData("b"));
        var message = await Eventually.GetAsync(async () => (await queues.GetQueueClient("taken").ReceiveMessageAsync()).Value?.MessageText, "the event");
        Assert.Contains("/blobs/b.jpg", message);

        using (var kill = Process.Start("kill", ["-TERM", $"{host.Id}"])) await kill.WaitForExitAsync();
        await host.WaitForExitAsync();
        Assert.Equal(0, host.ExitCode);
    }

    [Theory]
    [InlineData("--script-root is missing", "--port", "0")]
    [InlineData("Unknown option '--nonsense'", "--nonsense")]
    [InlineData("--env needs LEFT=RIGHT", "--script-root", ".", "--env", "X")]
    [InlineData("need --azurite", "--script-root", ".", "--blob-event", "a=b")]
    [InlineData("need --azurite", "--script-root", ".", "--plan", "plan.json")]
    [InlineData("--port needs a number", "--script-root", ".", "--port", "high")]
    public void A_wrong_command_line_says_what_is_wrong(string message, params string[] arguments) =>
        Assert.Contains(message, Assert.Throws<HostConfigurationException>(() => CommandLine.Parse(arguments)).Message);

    private static Process Run(TestApp app, params string[] more)
    {
        File.WriteAllText(Path.Combine(app.Root, "host.json"), app.HostJson.ToJsonString());
        File.WriteAllText(Path.Combine(app.Root, "script.json"), JsonSerializer.Serialize(app.Script));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "RoadSeg.LocalHost.dll"), "--script-root", app.Root, "--port", "0", "--env", $"TESTHANDLER_DIR={app.Root}", .. more])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
