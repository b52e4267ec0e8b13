using System.Text.RegularExpressions;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Libtorch;

namespace RoadSeg.Trainer.Tests.Libtorch;

/// <summary>The trainer in a folder that holds wrong native files: it looks there first.</summary>
public sealed class BrokenInstallationTests : IDisposable
{
    private const string Libtorch = "libtorch_cpu.so";

    private readonly Installation _trainer = new(Path.Combine(AppContext.BaseDirectory, "RoadSeg.Trainer.dll"));

    public void Dispose() => _trainer.Dispose();

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
        var refused = Assert.Throws<TrainerException>(() => TorchLibrary.Find(Libtorch, ["/nowhere", _trainer[""]]));
        Assert.Contains($"libtorch_cpu.so was not found (looked in /nowhere, {_trainer[""]})", refused.Message);
        Assert.Contains("'dotnet restore trainer'", refused.Message);
    }

    [Fact]
    public async Task A_file_that_is_no_library_ends_the_trainer_with_its_name_and_what_is_needed()
    {
        var (code, errors) = await Evaluate(library => File.WriteAllText(library, "no library"));
        Assert.Equal(2, code);
        Assert.Contains($"{_trainer[Libtorch]} could not be loaded: ", errors);
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

    [Theory]
    [InlineData("libvips.so.42", "NetVips.Native.linux-x64")]
    [InlineData("libonnxruntime.so", "Microsoft.ML.OnnxRuntime")]
    public async Task A_native_library_of_the_others_that_the_system_is_too_old_for_ends_the_trainer_too(string library, string package)
    {
        // Was an unhandled exception and code 134 for libvips, and for ONNX Runtime one at the end of a run, when its graph is made.
        _trainer.Replace(library, Installation.OfTomorrow);
        var (code, errors) = await Evaluate(_ => { });
        Assert.Equal(2, code);
        Assert.Contains($"'{_trainer.NativeOf(library)}' cannot be loaded. It needs glibc 2.28 ", errors);
        Assert.Contains(package, errors);
        Assert.Contains("version `GLIBC_9.28' not found", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_library_that_was_copied_in_part_is_named()
    {
        // Was the loader's death by SIGBUS, without a word: half of a segment is not there.
        var whole = TorchLibrary.Find("libc10.so", [.. TorchLibrary.PackageFolders]);
        var (code, errors) = await Evaluate(library => File.WriteAllBytes(library, File.ReadAllBytes(whole)[..5000]));
        Assert.Equal(2, code);
        Assert.Contains($"{_trainer[Libtorch]} could not be loaded: {_trainer[Libtorch]}: file cut short. ", errors);
        Assert.Single(errors.Trim().Split('\n'));
    }

    private async Task<(int Code, string Errors)> Evaluate(Action<string> place)
    {
        place(_trainer[Libtorch]);
        var (code, output, errors) = await _trainer.RunAsync(["evaluate", "--data", _trainer[""], "--checkpoint", "none"]);
        Assert.Equal("", output);
        return (code, errors);
    }
}
