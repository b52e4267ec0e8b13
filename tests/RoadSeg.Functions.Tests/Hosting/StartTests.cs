using System.Diagnostics;

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
        var (code, told) = await StartAsync(Output, name, value);

        Assert.Equal(1, code);
        Assert.Contains(named, told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_library_for_this_system_is_named_and_ends_the_worker()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["libvips.so.42"], "no library", Cancel);

        var (code, told) = await StartAsync(Output, "ROADSEG_VIPS", folder["libvips.so.42"]);

        Assert.Equal(1, code);
        Assert.Contains(folder["libvips.so.42"], told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_that_did_not_come_along_is_named_with_what_brings_it()
    {
        using var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(Output).Where(static file => !file.EndsWith(".deps.json", StringComparison.Ordinal)))
            File.Copy(file, folder[Path.GetFileName(file)]);

        var (code, told) = await StartAsync(folder.Path, "ROADSEG_VIPS", Path.Combine(Output, "runtimes", "linux-x64", "native", "libvips.so.42"));

        Assert.Equal(1, code);
        Assert.Contains("libonnxruntime.so", told, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntime", told, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_no_host_started_says_how_it_is_started()
    {
        var (code, told) = await StartAsync(Output, "ROADSEG_LOGS", "json");

        Assert.Equal(1, code);
        Assert.Contains("./roadseg up", told, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Told)> StartAsync(string folder, string name, string value)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, "RoadSeg.Functions.dll")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["AzureWebJobsStorage"] = "UseDevelopmentStorage=true";
        start.Environment[name] = value;
        using var worker = Process.Start(start)!;
        var (told, _) = (worker.StandardError.ReadToEndAsync(Cancel), worker.StandardOutput.ReadToEndAsync(Cancel));
        await worker.WaitForExitAsync(Cancel);
        return (worker.ExitCode, await told);
    }
}
