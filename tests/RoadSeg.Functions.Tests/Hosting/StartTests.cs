using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace RoadSeg.Functions.Tests.Hosting;

/// <summary>The worker's process where it cannot start: it says in a sentence what is missing, and ends.</summary>
public sealed class StartTests
{
    private static readonly string Output = Path.Combine(Checkout.Root, "functions", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    private static readonly string Program = Path.Combine(Output, "RoadSeg.Functions.dll");

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

    [Theory]
    [InlineData("libvips.so.42", "NetVips.Native.linux-x64")]
    [InlineData("libonnxruntime.so", "Microsoft.ML.OnnxRuntime")]
    public async Task A_library_that_the_system_is_too_old_for_is_named_with_what_it_needs(string library, string package)
    {
        using var worker = new Installation(Program);

        // What is said is what the files ask for.
        var file = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(worker.NativeOf(library), Cancel));
        var (glibc, cxx, abi) = (Newest(file, "GLIBC_"), Newest(file, "GLIBCXX_"), Newest(file, "CXXABI_"));
        var needs = $"It needs glibc {glibc} and libstdc++ of GCC 7 (GLIBCXX_{cxx}, CXXABI_{abi}) or newer";

        // Said "was not found beside the app" of libvips, and asked for a newer system than is needed for ONNX Runtime.
        worker.Replace(library, Installation.OfTomorrow);
        var told = await RefusedAsync(worker);

        Assert.Contains($"'{worker.NativeOf(library)}' cannot be loaded. {needs}", told, StringComparison.Ordinal);
        Assert.Contains($"the package {package}.", told, StringComparison.Ordinal);
        Assert.Contains("version `GLIBC_9.28' not found", told, StringComparison.Ordinal);

        static Version Newest(string file, string name) =>
            Regex.Matches(file, $@"\0{name}(\d+(\.\d+)+)(?=\0)").Max(match => Version.Parse(match.Groups[1].Value))!;
    }

    [Theory]
    [InlineData("libvips.so.42", 10, "file too short")]
    [InlineData("libonnxruntime.so", 10, "file too short")]
    [InlineData("libvips.so.42", 5000, "file cut short")]
    [InlineData("libonnxruntime.so", 5_000_000, "file cut short")]
    public async Task A_library_that_was_copied_in_part_is_named_with_that_reason_alone(string library, int length, string reason)
    {
        // Of ONNX Runtime, the reason stood among eleven others; where a segment was cut, the process died of SIGBUS without a word.
        using var worker = new Installation(Program);
        worker.Replace(library, content => content[..length]);

        var told = await RefusedAsync(worker);

        Assert.EndsWith($"The system says: {worker.NativeOf(library)}: {reason}.\n", told, StringComparison.Ordinal);
        Assert.DoesNotContain("No such file", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_library_in_ONNX_Runtimes_place_is_refused()
    {
        using var worker = new Installation(Program);
        worker.Replace("libonnxruntime.so", _ => File.ReadAllBytes(worker.NativeOf("libvips.so.42")));

        var told = await RefusedAsync(worker);

        Assert.Contains("libonnxruntime.so' is not the ONNX Runtime that the app was built with", told, StringComparison.Ordinal);
        Assert.Contains("OrtGetApiBase", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libvips.so.42", "NetVips.Native.linux-x64")]
    [InlineData("libonnxruntime.so", "Microsoft.ML.OnnxRuntime")]
    public async Task A_library_that_is_not_there_is_named_with_the_package_that_brings_it(string library, string package)
    {
        using var worker = new Installation(Program);
        File.Delete(worker.NativeOf(library));

        var told = await RefusedAsync(worker);

        Assert.Contains(library, told, StringComparison.Ordinal);
        Assert.Contains("was not found beside the app", told, StringComparison.Ordinal);
        Assert.Contains($"the package {package}", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_library_for_this_system_is_named_and_ends_the_worker()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["libvips.so.42"], "no library", Cancel);

        var (code, told) = await StartAsync(Output, "ROADSEG_VIPS", folder["libvips.so.42"]);

        Assert.Equal(1, code);
        Assert.Contains(folder["libvips.so.42"], told, StringComparison.Ordinal);

        // The setting's own advice, and the loader's reason, which stood in no log.
        Assert.Contains("drop the setting to use the one that ships with the app", told, StringComparison.Ordinal);
        Assert.Contains("file too short.", told, StringComparison.Ordinal);
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

    /// <summary>One line, and the end.</summary>
    private static async Task<string> RefusedAsync(Installation worker)
    {
        var (code, _, told) = await worker.RunAsync([], ("AzureWebJobsStorage", "UseDevelopmentStorage=true"));
        Assert.Equal(1, code);
        Assert.Single(told.TrimEnd().Split('\n'));
        Assert.InRange(told.Length, 40, 800);
        return told;
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
