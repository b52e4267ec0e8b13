using System.Diagnostics;
using System.Text.RegularExpressions;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Libtorch;

namespace RoadSeg.Tests.Trainer.Libtorch;

/// <summary>The trainer in a folder that holds wrong native files: it looks there first.</summary>
public sealed class Broken_installations : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_library_is_of_the_version_that_TorchSharp_and_the_package_list_name()
    {
        Assert.Equal(TorchLibrary.Version, Version(TorchSharp.torch.__version__));
        var list = File.ReadAllText(Checkout.File("Directory.Packages.props"));
        var packages = Regex.Matches(list, "Include=\"libtorch-[^\"]+\" Version=\"([^\"]+)\"");
        Assert.Equal(2, packages.Count);
        Assert.All(packages, package => Assert.Equal(TorchLibrary.Version, Version(package.Groups[1].Value)));

        static Version Version(string text) => new(System.Version.Parse(text).Major, System.Version.Parse(text).Minor);
    }

    [Fact]
    public void Outputs_hold_no_copy_of_libtorch() =>
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "lib*orch*.so*", SearchOption.AllDirectories));

    [Fact]
    public void A_file_that_is_nowhere_is_named_with_where_it_was_looked_for_and_what_to_run()
    {
        var refused = Assert.Throws<TrainerException>(() => TorchLibrary.Find("libtorch_cpu.so", ["/nowhere", _folder.Path]));
        Assert.Contains($"libtorch_cpu.so was not found (looked in /nowhere, {_folder.Path})", refused.Message);
        Assert.Contains("'dotnet restore trainer'", refused.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_library_ends_the_trainer_with_its_name_and_what_is_needed()
    {
        var (code, errors) = await Evaluate(library => File.WriteAllText(library, "no library"));
        Assert.Equal(2, code);
        Assert.Contains($"{_folder["libtorch_cpu.so"]} could not be loaded: ", errors);
        Assert.Contains("glibc 2.34 and libstdc++ of GCC 12", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_library_of_another_version_is_refused_before_anything_is_called()
    {
        // Another library in its place, which cannot tell a version as old ones cannot.
        var other = TorchLibrary.Find("libc10.so", [.. TorchLibrary.PackageFolders]);
        var (code, errors) = await Evaluate(library => File.Copy(other, library));
        Assert.Equal(2, code);
        Assert.Contains($"libtorch of before 2.9 was found, TorchSharp needs {TorchLibrary.Version}: run 'dotnet restore trainer'", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private async Task<(int Code, string Errors)> Evaluate(Action<string> place)
    {
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => Path.GetExtension(file) is ".dll" or ".json"))
            File.CreateSymbolicLink(_folder[Path.GetFileName(file)], file);
        File.Delete(_folder["RoadSeg.Trainer.dll"]);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "RoadSeg.Trainer.dll"), _folder["RoadSeg.Trainer.dll"]);
        Directory.CreateSymbolicLink(_folder["runtimes"], Path.Combine(AppContext.BaseDirectory, "runtimes"));
        place(_folder["libtorch_cpu.so"]);
        string[] arguments = ["exec", _folder["RoadSeg.Trainer.dll"], "evaluate", "--data", _folder.Path, "--checkpoint", "none"];
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var run = Process.Start(start)!;
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(cancel), run.StandardError.ReadToEndAsync(cancel));
        await run.WaitForExitAsync(cancel);
        Assert.Equal("", await output);
        return (run.ExitCode, await errors);
    }
}
