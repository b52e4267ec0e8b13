using System.Diagnostics;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Tells a story of functions/web/test in a real Chromium.</summary>
internal static class PageStory
{
    public static async Task TellAsync(string story, LocalStack stack, Dictionary<string, string> more, CancellationToken cancel)
    {
        var results = Path.Combine(Workspace.Root, "TestResults", "page");
        Directory.CreateDirectory(results);
        var start = new ProcessStartInfo("node", [Path.Combine(Workspace.Root, "functions", "web", "test", story)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PAGE"] = stack.Address.ToString(), ["CHROMIUM"] = ChromiumPath(), ["SCREENSHOTS"] = results, ["PHOTOS"] = Path.Combine(Workspace.Root, "samples") },
        };
        foreach (var (name, value) in more)
            start.Environment[name] = value;
        using var told = Process.Start(start)!;
        try
        {
            var output = told.StandardOutput.ReadToEndAsync(cancel);
            var errors = told.StandardError.ReadToEndAsync(cancel);
            await told.WaitForExitAsync(cancel);
            TestContext.Current.TestOutputHelper?.WriteLine(await output);
            Assert.True(told.ExitCode == 0, $"{await output}\n{await errors}");
        }
        finally
        {
            if (!told.HasExited)
                told.Kill(entireProcessTree: true);
        }
    }

    public static void PageIsBuilt() =>
        Needs(File.Exists(Path.Combine(Workspace.Page, "index.html")), "The page is not built: ./roadseg test builds it.");

    private static string ChromiumPath()
    {
        string[] places = [Environment.GetEnvironmentVariable("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        var found = places.FirstOrDefault(File.Exists);
        Needs(found is not null, "Chromium is missing: apt-get install -y chromium, or set CHROMIUM to its path.");
        return found!;
    }

    private static void Needs(bool present, string otherwise)
    {
        if (!present && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(otherwise);
        Assert.SkipUnless(present, otherwise);
    }
}
