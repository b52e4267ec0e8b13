using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RoadSeg.Cli.Service;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The command itself, as a process of its own: with a stack of its own, or against the running service.</summary>
public sealed class CliTests(StackFixture stack)
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "RoadSeg.Cli.dll");

    [Fact]
    public async Task Segment_saves_mask_coloured_mask_and_overlay_of_each_photo_and_prints_the_shares()
    {
        using var folder = new TempFolder();
        var (first, second) = (Path.Combine(folder.Path, "a photo.jpg"), Path.Combine(folder.Path, "straße.webp"));
        await File.WriteAllBytesAsync(first, Photos.Street, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(second, Photos.Fixture("photo.webp"), TestContext.Current.CancellationToken);

        var result = await RunAsync(["segment", first, second, "--out", Path.Combine(folder.Path, "out")]);
        var (exit, output) = (result.Exit, result.ToString());

        Assert.True(exit == 0, output);
        foreach (var (name, width, height) in new[] { ("a photo", 751, 563), ("straße", 320, 240) })
        {
            var mask = MaskPng.Decode(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "out", name + ".mask.png"), TestContext.Current.CancellationToken), new ImageLimits());
            Assert.Equal((width, height), (mask.Width, mask.Height));
            foreach (var ending in new[] { ".color.png", ".overlay.jpg" })
            {
                var picture = Photos.Decode(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "out", name + ending), TestContext.Current.CancellationToken));
                Assert.Equal((width, height), (picture.Width, picture.Height));
            }
        }

        Assert.Contains("building", output, StringComparison.Ordinal);
        Assert.Contains("%", output, StringComparison.Ordinal);
        Assert.Contains("upsample+argmax", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segment_by_another_model_that_ships_reports_a_bad_photo_beside_the_good_one_and_exits_with_1()
    {
        using var folder = new TempFolder();
        var (good, bad) = (Path.Combine(folder.Path, "good.jpg"), Path.Combine(folder.Path, "bad.jpg"));
        await File.WriteAllBytesAsync(good, Photos.Fixture("grey.jpg"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bad, "no photo", TestContext.Current.CancellationToken);

        var result = await RunAsync(["segment", good, bad, "--model", "open", "--out", Path.Combine(folder.Path, "out")]);
        var (exit, output) = (result.Exit, result.ToString());

        Assert.Equal(1, exit);
        Assert.Contains("image-format-unsupported", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "out", "good.mask.png")));
        var summary = await File.ReadAllTextAsync(Path.Combine(folder.Path, "out", "good.summary.json"), Cancel);
        Assert.Contains(ModelPackage.Load(Path.Combine(Workspace.Models, "open")).Manifest.Version, summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Segment_of_a_file_that_is_not_there_says_so()
    {
        var result = await RunAsync(["segment", "/nowhere/photo.jpg"]);
        var (exit, output) = (result.Exit, result.ToString());

        Assert.Equal(1, exit);
        Assert.Contains("/nowhere/photo.jpg", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_there_is_refused_with_the_names_of_those_that_ship()
    {
        Assert.Equal(Workspace.DefaultModel, ModelChoice.Settings(named: null)["ROADSEG_MODEL"]);
        Assert.Equal(Path.Combine(Workspace.Models, "open"), ModelChoice.Settings("open")["ROADSEG_MODEL"]);
        var refused = Assert.Throws<CommandFailedException>(() => ModelChoice.Settings("opne"));
        Assert.Contains("'opne'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("default, open", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_serves_until_it_is_interrupted_and_leaves_nothing_running()
    {
        var cancel = TestContext.Current.CancellationToken;
        // Whoever runs the tests in the background has interrupts ignored, and children inherit that.
        using var process = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", "exec", Cli, "up", "--model", "open", "--port", "0", "--storage-port", "0"]) { RedirectStandardOutput = true })!;
        var address = "";
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line && !line.Contains("Ctrl+C", StringComparison.Ordinal))
        {
            if (line.Contains("health/live", StringComparison.Ordinal) || line.Contains("health/ready", StringComparison.Ordinal))
                address = line[line.IndexOf("http", StringComparison.Ordinal)..].Split("health")[0];
        }

        using (var client = new HttpClient())
        {
            Assert.Equal("live", await client.GetStringAsync(new Uri(address + "health/live"), cancel));
            Assert.Contains("\"roads-open\"", await client.GetStringAsync(new Uri(address + "v1/models"), cancel), StringComparison.Ordinal);
        }

        var children = ChildProcesses.Of(process.Id);
        Assert.NotEmpty(children);

        using (var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await interrupt.WaitForExitAsync(cancel);
        await process.WaitForExitAsync(cancel);

        Assert.Equal(0, process.ExitCode);
        Assert.All(children, child => Assert.False(Directory.Exists($"/proc/{child}"), $"Process {child} was left running."));
    }

    [Fact]
    public async Task Submit_prints_ids_wait_follows_them_and_get_saves_their_results()
    {
        using var folder = new TempFolder();
        var (first, second) = (await folder.SaveAsync("first.jpg", Photos.Street), await folder.SaveAsync("second.webp", Photos.Fixture("photo.webp")));
        var mask = Path.Combine(folder.Path, "mask.png");

        var submitted = await ServedAsync("submit", first, second, "--tag", "camera:front: left", "--tag", "run:7");
        var ids = submitted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var waited = await ServedAsync(["wait", .. ids]);
        var saved = await ServedAsync("get", ids[0], "mask", "-o", mask);
        var overlay = await ServedAsync("get", ids[1], "overlay", "--format", "webp", "--opacity", "0.2");
        var job = await ServedAsync("get", ids[1]);

        Assert.All(ids, id => Assert.True(WorkId.TryParse(id, out _), submitted.ToString()));
        Assert.Equal((0, 2, ""), (submitted.Exit, ids.Length, submitted.Error));
        Assert.Equal((0, $"{ids[0]}  succeeded\n{ids[1]}  succeeded\n"), (waited.Exit, waited.Output));
        Assert.Equal((0, ""), (saved.Exit, saved.Output));
        Assert.Equal(751, MaskPng.Decode(await File.ReadAllBytesAsync(mask, Cancel), new ImageLimits()).Width);
        Assert.Equal(320, Photos.Decode(overlay.Bytes).Width);
        Assert.Contains("second.webp", job.Output, StringComparison.Ordinal);
        Assert.Contains("camera:front: left, run:7", job.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_every_command_prints_one_document_a_line_and_nothing_else()
    {
        using var folder = new TempFolder();
        var (good, bad) = (await folder.SaveAsync("good.jpg", Photos.Fixture("grey.jpg")), await folder.SaveAsync("bad.jpg", [1, 2, 3]));
        var key = Guid.NewGuid().ToString("N");

        var submitted = Lines(await KeyedAsync(key, 0, "submit", good, "--json"));
        var id = submitted[0].GetProperty("job").GetProperty("id").GetString()!;
        var waited = Lines(await KeyedAsync(key, 0, "wait", id, "--json"));
        var unknown = Lines(await KeyedAsync(key, 1, "wait", id, "00000000000000000000000000", "--json"));
        var summary = Lines(await KeyedAsync(key, 0, "get", id, "summary", "--json"));
        var segmented = Lines(await KeyedAsync(key, 1, "segment", good, bad, "--json", "--out", Path.Combine(folder.Path, "out")));
        var listed = Lines(await KeyedAsync(key, 0, "jobs", "--json", "--limit", "2"));
        var succeeded = Lines(await KeyedAsync(key, 0, "jobs", "--json", "--state", "succeeded"));
        var models = Lines(await KeyedAsync(key, 0, "models", "list", "--json"));

        Assert.Equal("succeeded", Assert.Single(waited).GetProperty("state").GetString());
        Assert.Equal((2, "job-not-found"), (unknown.Count, unknown[1].GetProperty("error").GetProperty("code").GetString()));
        Assert.True(Assert.Single(summary).GetProperty("classes").GetArrayLength() > 2);
        Assert.True(File.Exists(segmented[0].GetProperty("results").GetProperty("mask").GetString()));
        Assert.Equal("image-format-unsupported", segmented[1].GetProperty("job").GetProperty("failure").GetProperty("code").GetString());
        Assert.Equal((2, 2, 1), (segmented.Count, listed.Count, models.Count));
        Assert.Equal(2, succeeded.Count);
    }

    [Fact]
    public async Task On_a_terminal_the_stages_are_shown_while_they_pass()
    {
        if (!File.Exists("/usr/bin/script"))
            Assert.Skip("The command 'script', which makes a terminal, is not installed.");
        var id = (await stack.Stack.Client.IssueUploadKeyAsync(cancel: Cancel)).Id.ToString();
        var start = new ProcessStartInfo("script", ["-qec", $"dotnet exec '{Cli}' wait {id} --timeout 3 --server {stack.Stack.Address}", "/dev/null"])
        {
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm" },
        };
        using var process = Process.Start(start)!;

        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains("awaiting-upload", output, StringComparison.Ordinal);
        Assert.Contains("had not ended after 3 s", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_job_is_canceled_and_waiting_for_it_ends_with_1()
    {
        var id = (await stack.Stack.Client.IssueUploadKeyAsync(cancel: Cancel)).Id.ToString();

        var canceled = await ServedAsync("cancel", id);
        var waited = await ServedAsync("wait", id);

        Assert.Equal((0, $"{id}  canceled\n"), (canceled.Exit, canceled.Output));
        Assert.Equal((1, $"{id}  canceled  it was canceled\n"), (waited.Exit, waited.Output));
    }

    [Fact]
    public async Task A_wait_that_is_interrupted_exits_with_130()
    {
        await using var service = await Receiver.StartAsync();
        service.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        string[] wait = ["dotnet", "exec", Cli, "wait", "00000000000000000000000000", "--server", service.Address.ToString()];
        using var process = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", .. wait]))!;
        await Eventually.TrueAsync(() => !service.Requests.IsEmpty, "a request that waits");

        using (var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await interrupt.WaitForExitAsync(Cancel);
        await process.WaitForExitAsync(Cancel);

        Assert.Equal(130, process.ExitCode);
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("wait", "00000000000000000000000000")]
    [InlineData("models", "list")]
    public async Task An_address_where_nothing_answers_is_named_with_what_to_do(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--server", "http://127.0.0.1:1", "--json"]);

        Assert.Equal((1, ""), (result.Exit, result.Output));
        Assert.Contains("Nothing answers at http://127.0.0.1:1/", result.Error, StringComparison.Ordinal);
        Assert.Contains("./roadseg up", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_printed_with_its_code_and_without_the_key()
    {
        var key = Guid.NewGuid().ToString("N");

        var unknown = await KeyedAsync(key, 1, "get", "00000000000000000000000000");
        var nonsense = await ServedAsync("wait", "nonsense");
        var model = await KeyedAsync(key, 1, "submit", Workspace.SamplePhoto, "--model", "nonesuch");

        Assert.Contains("job-not-found", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("model-not-found", model.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(key, unknown.ToString() + model, StringComparison.Ordinal);
        Assert.Equal(1, nonsense.Exit);
        Assert.Contains("no job id", nonsense.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idempotency_key_gets_the_same_job_again_and_stands_for_one_photo()
    {
        var (photo, key) = (Workspace.SamplePhoto, Guid.NewGuid().ToString("N"));

        var first = await ServedAsync("submit", photo, "--idempotency-key", key);
        var again = await ServedAsync("submit", photo, "--idempotency-key", key);
        var two = await ServedAsync("submit", photo, photo, "--idempotency-key", key);

        Assert.Equal((0, first.Output), (again.Exit, again.Output));
        Assert.Equal(1, two.Exit);
        Assert.Contains("one photo", two.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("segment")]
    [InlineData("submit")]
    [InlineData("wait")]
    [InlineData("get")]
    [InlineData("jobs")]
    [InlineData("cancel")]
    [InlineData("models")]
    public async Task Every_command_has_help_under_the_name_that_people_type(params string[] arguments)
    {
        var help = await RunAsync([.. arguments, "--help"]);

        Assert.Equal(0, help.Exit);
        Assert.Contains($"roadseg {string.Join(' ', arguments)}".Trim(), help.Output, StringComparison.Ordinal);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The command against the running service.</summary>
    private Task<CommandResult> ServedAsync(params string[] arguments) => RunAsync([.. arguments, "--server", stack.Stack.Address.ToString()]);

    /// <summary>The same as a caller of its own, with the key in the environment.</summary>
    private async Task<CommandResult> KeyedAsync(string key, int exit, params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--server", stack.Stack.Address.ToString()], key);
        Assert.True(result.Exit == exit, result.ToString());
        return result;
    }

    private static List<JsonElement> Lines(CommandResult result) =>
        [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    internal static async Task<CommandResult> RunAsync(string[] arguments, string? key = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Cli, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["ROADSEG_KEY"] = key;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, Cancel);
        await process.WaitForExitAsync(Cancel);
        return new CommandResult(process.ExitCode, output.ToArray(), await error);
    }

    internal sealed record CommandResult(int Exit, byte[] Bytes, string Error)
    {
        public string Output => Encoding.UTF8.GetString(Bytes);

        public override string ToString() => $"exit {Exit}: {Output}{Error}";
    }
}
