using System.Diagnostics;
using System.Text.Json;

namespace RoadSeg.Benchmarks.Trainer;

/// <summary>One side of the step benchmark: a process that takes lines and answers each with a line of JSON.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Process _process;

    private Peer(Process process, JsonElement ready) => (_process, Ready) = (process, ready);

    public JsonElement Ready { get; }

    /// <returns>Null when the process ends before it is ready; then the reason is in <paramref name="why"/>.</returns>
    public static Peer? Start(string program, IReadOnlyList<string> arguments, out string why)
    {
        why = "";
        try
        {
            var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            if (process.StandardOutput.ReadLine() is { } line)
                return new Peer(process, Parse(line));
            why = errors.GetAwaiter().GetResult().Trim().Split('\n')[^1];
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            why = e.Message;
        }

        return null;
    }

    public JsonElement Ask(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        return Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("A side of the benchmark has ended."));
    }

    // mpirun gives the program a terminal, which .NET greets by a sequence of control characters.
    private static JsonElement Parse(string line) => JsonDocument.Parse(line[Math.Max(0, line.IndexOf('{', StringComparison.Ordinal))..]).RootElement;

    /// <summary>Processor time so far, of all threads: what it took, however busy the machine was.</summary>
    public double CpuMilliseconds()
    {
        _process.Refresh();
        return _process.TotalProcessorTime.TotalMilliseconds;
    }

    public double PeakMebibytes() =>
        long.Parse(File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024.0;

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
