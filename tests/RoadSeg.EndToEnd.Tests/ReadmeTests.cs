using System.Diagnostics;
using System.Text.RegularExpressions;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The README's walk-through with curl, run as it stands.</summary>
public sealed partial class ReadmeTests(StackFixture stack)
{
    [Fact]
    public async Task The_walk_through_with_curl_does_what_it_says()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "samples"));
        File.Copy(Workspace.SamplePhoto, Path.Combine(folder.Path, "samples", "street.jpg"));
        var readme = await File.ReadAllTextAsync(Path.Combine(Workspace.Root, "README.md"), cancel);
        var section = readme[readme.IndexOf("### With curl", StringComparison.Ordinal)..readme.IndexOf("### From C#", StringComparison.Ordinal)];
        var blocks = Block().Matches(section).Select(block => block.Groups[1].Value).ToList();
        Assert.True(blocks.Count >= 6, "The walk-through is gone.");

        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", string.Join('\n', blocks)])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ROADSEG"] = stack.Stack.Address.ToString().TrimEnd('/') },
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);

        Assert.True(process.ExitCode == 0, $"{process.ExitCode}: {await error}{await output}");
        Assert.Contains("304", await output, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"succeeded\"", Text("job.json"), StringComparison.Ordinal);
        Assert.Contains("\"pixels\":", Text("summary.json"), StringComparison.Ordinal);
        Assert.Contains("\"items\":[{", Text("jobs.json"), StringComparison.Ordinal);
        Assert.StartsWith("{\"type\":\"FeatureCollection\"", Text("photos.geojson"), StringComparison.Ordinal);
        var mask = MaskPng.Decode(Bytes("mask.png"), new ImageLimits());
        var overlay = Photos.Decode(Bytes("overlay.webp"));
        Assert.Equal((751, 563, 751, 563), (mask.Width, mask.Height, overlay.Width, overlay.Height));

        byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder.Path, name));
        string Text(string name) => File.ReadAllText(Path.Combine(folder.Path, name));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
