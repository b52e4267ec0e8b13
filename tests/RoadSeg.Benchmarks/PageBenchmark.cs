using System.Diagnostics;
using System.Text.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;

namespace RoadSeg.Benchmarks;

/// <summary>Whether the page's result of a 12-megapixel photo moves as smoothly as that of a small one, in a Chromium that draws without a GPU.</summary>
internal static class PageBenchmark
{
    private const int Rounds = 3;
    private static readonly string[] Moves = ["opacity", "outlines", "pan"];

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== page: frames while something moves, a photo of 4032 x 3024 against the same photo small, in turns, software rendering");
        var small = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
        var photo = ImageDecoder.Decode(small, ImageProbe.Read(small, ImageLimits.Default));
        var large = PhotoEncoder.Png(ImageDecoder.ResizeTo(photo, 4032, 3024));

        await using var stack = await LocalStack.StartAsync(new LocalStackOptions(), cancel);
        var (_, one) = await Submission.TimedAsync(stack.Api, small, cancel);
        var (_, other) = await Submission.TimedAsync(stack.Api, large, cancel, "image/png");
        using var measured = JsonDocument.Parse(await MeasureAsync(stack.Address, $"{one.Id},{other.Id}", cancel));

        Sample Of(int index, string name) => new([.. measured.RootElement[index].GetProperty(name).EnumerateArray().Select(value => value.GetDouble())]);
        foreach (var name in Moves)
        {
            var (few, many) = (Of(0, name), Of(1, name));
            Console.WriteLine($"  {name + ":",-10} {photo.Width} x {photo.Height} {few}");
            Console.WriteLine($"  {"",-10} 4032 x 3024 {many}");
            Console.WriteLine(FormattableString.Invariant($"  {"",-10} ratio of medians {many.Median / few.Median:F2}, of p90 {many.At(0.9) / few.At(0.9):F2}"));
        }

        Console.WriteLine($"  opened:    small {Of(0, "opened")}; large {Of(1, "opened")}");
        Console.WriteLine($"  longest task while opening: small {Of(0, "longest")}; large {Of(1, "longest")}");
    }

    private static async Task<string> MeasureAsync(Uri page, string jobs, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(Workspace.Root, "functions", "web", "test", "frames.mjs")])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["PAGE"] = page.ToString(),
                ["JOBS"] = jobs,
                ["ROUNDS"] = Rounds.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["CHROMIUM"] = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
            },
        };
        using var browser = Process.Start(start)!;
        var output = await browser.StandardOutput.ReadToEndAsync(cancel);
        await browser.WaitForExitAsync(cancel);
        return browser.ExitCode == 0 ? output : throw new InvalidOperationException("The browser's part failed; what it said stands above. It needs Chromium (or CHROMIUM) and the page's packages (./roadseg test).");
    }
}
