using System.Diagnostics;
using System.Text.Json.Nodes;

namespace RoadSeg.Functions.Tests.Hosting;

/// <summary>The worker's process where it cannot start: it says in a sentence what is missing, and ends.</summary>
public sealed class StartTests
{
    private static readonly string Output = Path.Combine(Checkout.Root, "functions", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("ROADSEG_VIPS", "/nowhere/libvips.so.42", "/nowhere/libvips.so.42")]
    [InlineData("ROADSEG_MAX_BYTES", "many", "ROADSEG_MAX_BYTES")]
    [InlineData("AzureWebJobsStorage", "", "AzureWebJobsStorage")]
    public async Task A_setting_that_cannot_be_used_ends_the_worker(string name, string value, string named)
    {
        var (code, told) = await StartAsync([], name, value);

        Assert.Equal(1, code);
        Assert.Contains(named, told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_library_for_this_system_is_named_and_ends_the_worker()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["libvips.so.42"], "no library", Cancel);

        var (code, told) = await StartAsync([], "ROADSEG_VIPS", folder["libvips.so.42"]);

        Assert.Equal(1, code);
        Assert.Contains(folder["libvips.so.42"], told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libvips", "NetVips.Native.linux-x64")]
    [InlineData("libonnxruntime", "Microsoft.ML.OnnxRuntime")]
    public async Task A_library_that_did_not_come_along_is_named_with_what_brings_it(string library, string package)
    {
        // .NET looks for native libraries where the app's deps.json says that they are.
        using var folder = new TempFolder();
        var deps = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Output, "RoadSeg.Functions.deps.json"), Cancel))!;
        foreach (var (_, target) in deps["targets"]!.AsObject())
        {
            foreach (var (_, part) in target!.AsObject())
            {
                if (part!["runtimeTargets"] is JsonObject files)
                    files.Select(file => file.Key).Where(file => Path.GetFileName(file).StartsWith(library, StringComparison.Ordinal)).ToList().ForEach(file => files.Remove(file));
            }
        }

        await File.WriteAllTextAsync(folder["app.deps.json"], deps.ToJsonString(), Cancel);

        var (code, told) = await StartAsync(["--depsfile", folder["app.deps.json"]], "AzureWebJobsStorage", "UseDevelopmentStorage=true");

        Assert.Equal(1, code);
        Assert.Contains(library, told, StringComparison.Ordinal);
        Assert.Contains(package, told, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Told)> StartAsync(string[] options, string name, string value)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", .. options, Path.Combine(Output, "RoadSeg.Functions.dll")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["AzureWebJobsStorage"] = "UseDevelopmentStorage=true";
        start.Environment[name] = value;
        using var worker = Process.Start(start)!;
        var (told, _) = (worker.StandardError.ReadToEndAsync(Cancel), worker.StandardOutput.ReadToEndAsync(Cancel));
        await worker.WaitForExitAsync(Cancel);
        return (worker.ExitCode, await told);
    }
}
