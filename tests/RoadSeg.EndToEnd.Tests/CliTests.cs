using System.Diagnostics;
using RoadSeg.Imaging;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The command itself, as a process of its own with a stack of its own.</summary>
public sealed class CliTests
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "RoadSeg.Cli.dll");

    [Fact]
    public async Task Segment_saves_mask_coloured_mask_and_overlay_of_each_photo_and_prints_the_shares()
    {
        using var folder = new ScratchFolder();
        var (first, second) = (Path.Combine(folder.Path, "a photo.jpg"), Path.Combine(folder.Path, "straße.webp"));
        await File.WriteAllBytesAsync(first, Photos.Street, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(second, Photos.Fixture("photo.webp"), TestContext.Current.CancellationToken);

        var (exit, output) = await RunAsync("segment", first, second, "--out", Path.Combine(folder.Path, "out"));

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
    public async Task Segment_reports_a_bad_photo_beside_the_good_one_and_exits_with_1()
    {
        using var folder = new ScratchFolder();
        var (good, bad) = (Path.Combine(folder.Path, "good.jpg"), Path.Combine(folder.Path, "bad.jpg"));
        await File.WriteAllBytesAsync(good, Photos.Fixture("grey.jpg"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bad, "no photo", TestContext.Current.CancellationToken);

        var (exit, output) = await RunAsync("segment", good, bad, "--out", Path.Combine(folder.Path, "out"));

        Assert.Equal(1, exit);
        Assert.Contains("image-format-unsupported", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(folder.Path, "out", "good.mask.png")));
    }

    [Fact]
    public async Task Segment_of_a_file_that_is_not_there_says_so()
    {
        var (exit, output) = await RunAsync("segment", "/nowhere/photo.jpg");

        Assert.Equal(1, exit);
        Assert.Contains("/nowhere/photo.jpg", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_serves_until_it_is_interrupted_and_leaves_nothing_running()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Cli, "up", "--port", "0", "--storage-port", "0"]) { RedirectStandardOutput = true })!;
        var address = "";
        while (await process.StandardOutput.ReadLineAsync(cancel) is { } line && !line.Contains("Ctrl+C", StringComparison.Ordinal))
        {
            if (line.Contains("health/live", StringComparison.Ordinal) || line.Contains("health/ready", StringComparison.Ordinal))
                address = line[line.IndexOf("http", StringComparison.Ordinal)..].Split("health")[0];
        }

        using (var client = new HttpClient())
            Assert.Equal("live", await client.GetStringAsync(new Uri(address + "health/live"), cancel));
        var children = Children(process.Id);
        Assert.NotEmpty(children);

        using (var interrupt = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await interrupt.WaitForExitAsync(cancel);
        await process.WaitForExitAsync(cancel);

        Assert.Equal(0, process.ExitCode);
        Assert.All(children, child => Assert.False(Directory.Exists($"/proc/{child}"), $"Process {child} was left running."));
    }

    private static List<int> Children(int parent) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == parent),
    ];

    private static int ParentOf(int process)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Cli, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
