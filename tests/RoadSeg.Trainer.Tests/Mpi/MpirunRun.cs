using System.Diagnostics;

namespace RoadSeg.Trainer.Tests.Mpi;

/// <summary>The built trainer under a real mpirun; each part is one rank's arguments.</summary>
internal sealed class MpirunRun : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _mpirun;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private MpirunRun(Process mpirun) => (_mpirun, _output, _errors) = (mpirun, mpirun.StandardOutput.ReadToEndAsync(), mpirun.StandardError.ReadToEndAsync());

    public bool HasExited => _mpirun.HasExited;

    /// <summary>Process ids of the ranks, in no order.</summary>
    public IReadOnlyList<int> Ranks => ChildProcesses.Of(_mpirun.Id);

    /// <summary>Skips where there is no mpirun, and fails under CI=true.</summary>
    public static MpirunRun Start(params string[][] ranks)
    {
        List<string> arguments = ["--oversubscribe", "--bind-to", "none"];
        foreach (var rank in ranks)
            arguments.AddRange([.. arguments.Count > 3 ? (string[])[":"] : [], "-n", "1", "dotnet", .. Command(rank)]);
        var start = new ProcessStartInfo("mpirun", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

        // Containers run tests as root, which Open MPI otherwise refuses.
        (start.Environment["OMPI_ALLOW_RUN_AS_ROOT"], start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]) = ("1", "1");
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        try
        {
            return new MpirunRun(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "mpirun is missing: apt-get install openmpi-bin");
            Assert.Skip("Open MPI is not installed (apt-get install openmpi-bin).");
            throw;
        }
    }

    public static string[] Command(string[] arguments) => ["exec", Path.Combine(AppContext.BaseDirectory, "RoadSeg.Trainer.dll"), .. arguments];

    public async Task<(int Code, string Output, string Errors)> EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await _mpirun.WaitForExitAsync(limit.Token);
        return (_mpirun.ExitCode, await _output, await _errors);
    }

    public void Dispose()
    {
        if (!_mpirun.HasExited)
            _mpirun.Kill(entireProcessTree: true);
        _mpirun.Dispose();
    }
}
