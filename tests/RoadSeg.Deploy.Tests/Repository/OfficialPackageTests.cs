using System.Diagnostics;

namespace RoadSeg.Deploy.Tests.Repository;

/// <summary>The trainer's source fits the official TorchSharp as it fits trainer/torch.</summary>
public sealed class OfficialPackageTests
{
    [Fact]
    public async Task The_trainer_compiles_unchanged_against_the_official_TorchSharp()
    {
        using var artifacts = new TempFolder();
        string[] arguments =
        [
            "build", Tree.At("trainer"), "-c", "Release", "-p:TorchPackage=TorchSharp", "-p:TorchNative=false", "--artifacts-path", artifacts.Path, "-v", "quiet", "-nodeReuse:false",
        ];
        using var build = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(build.ExitCode == 0, $"{await output}{await error}");
        Assert.True(File.Exists(Directory.GetFiles(artifacts.Path, "TorchSharp.dll", SearchOption.AllDirectories).FirstOrDefault()), "It was built without TorchSharp.dll.");
    }
}
