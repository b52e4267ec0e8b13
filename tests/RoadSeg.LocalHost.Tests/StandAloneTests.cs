using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RoadSeg.LocalHost.Tests;

public sealed class StandAloneTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_lets_running_work_finish_and_ends_the_program_with_zero(string signal)
    {
        Assert.SkipWhen(signal == "INT" && IgnoresInterrupts, "A shell started these tests in the background, so that no program here hears SIGINT.");
        await using var app = new TestApp(azurite);
        await app.WorkQueue.CreateAsync();
        using var host = Run(app);
        await app.WorkQueue.SendMessageAsync("hang until");
        var run = (await app.RunsAsync("Work", "started"))[0];
        using (var kill = Process.Start("kill", ["-" + signal, $"{host.Id}"])) await kill.WaitForExitAsync();
        app.Release("until");
        _ = host.StandardOutput.ReadToEndAsync();
        await host.WaitForExitAsync();
        Assert.Equal(0, host.ExitCode);
        Assert.Equal(0, (await app.WorkQueue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(run.ProcessId));
    }

    [Fact]
    public async Task It_listens_on_loopback_says_where_and_ends_with_one_when_the_worker_keeps_crashing()
    {
        await using var app = new TestApp();
        using var host = Run(app);
        var line = await host.StandardOutput.ReadLineAsync();
        while (line is not null && !line.StartsWith("Listening on ", StringComparison.Ordinal)) line = await host.StandardOutput.ReadLineAsync();
        _ = host.StandardOutput.ReadToEndAsync();
        var address = Regex.Match(line!, @"http://127\.0\.0\.1:\d+/").Value;
        while (!host.HasExited)
        {
            try
            {
                using var answer = await app.Client.GetAsync(new Uri(new Uri(address), "exit/9"));
            }
            catch (HttpRequestException)
            {
                // The third crash takes the host along.
            }
        }
        await host.WaitForExitAsync();
        Assert.Equal(1, host.ExitCode);
        Assert.Contains("The worker failed for the third time", await host.StandardError.ReadToEndAsync());
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
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--env needs LEFT=RIGHT", "--script-root", ".", "--env", "X")]
    [InlineData("need --azurite", "--script-root", ".", "--blob-event", "a=b")]
    [InlineData("need --azurite", "--script-root", ".", "--plan", "plan.json")]
    [InlineData("'high'", "--script-root", ".", "--port", "high")]
    public void A_wrong_command_line_says_what_is_wrong(string message, params string[] arguments) =>
        Assert.Contains(CommandLine.Command(_ => Task.FromResult(0)).Parse(arguments).Errors, error => error.Message.Contains(message, StringComparison.Ordinal));

    // Bit 1 of the mask of ignored signals, which children inherit.
    private static bool IgnoresInterrupts => OperatingSystem.IsLinux()
        && (Convert.ToUInt64(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16) & 2) != 0;

    private static Process Run(TestApp app)
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "RoadSeg.LocalHost.dll"), "--script-root", TestApp.Folder, "--port", "0"];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in app.Settings)
        {
            start.ArgumentList.Add("--env");
            start.ArgumentList.Add($"{name}={value}");
        }
        return Process.Start(start)!;
    }
}
