using System.Diagnostics;
using RoadSeg.Torch.Interop;

namespace RoadSeg.Torch.Tests;

/// <summary>A machine without the shim, played by a second run of this program that is pointed elsewhere.</summary>
public sealed class Loading
{
    private static (int exitCode, string output) RunScopes(string library, bool ci)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(Loading).Assembly.Location);
        foreach (string argument in new[] { "-class", typeof(Scopes).FullName!, "-noColor" })
            start.ArgumentList.Add(argument);
        start.Environment[LibTorch.PathVariable] = library;
        start.Environment["CI"] = ci ? "true" : "";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    [Fact]
    public void Without_the_shim_tests_skip_locally_and_say_what_to_run()
    {
        (int exitCode, string output) = RunScopes("/nowhere/libroadseg_torch.so", ci: false);
        Assert.Equal(0, exitCode);
        Assert.Contains("was not found (looked in /nowhere/libroadseg_torch.so). Run trainer/torch/native/build", output);
        Assert.Contains("Failed: 0, Skipped: 7", output);
    }

    [Fact]
    public void Without_the_shim_tests_fail_in_ci()
    {
        (int exitCode, string output) = RunScopes("/nowhere/libroadseg_torch.so", ci: true);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Failed: 7, Skipped: 0", output);
    }

    [Fact]
    public void A_file_that_is_no_library_is_named()
    {
        string file = Path.GetTempFileName();
        try
        {
            (int exitCode, string output) = RunScopes(file, ci: false);
            Assert.Equal(0, exitCode);
            Assert.Contains($"{file} could not be loaded", output);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
