using System.ComponentModel;
using System.Diagnostics;

namespace RoadSeg.LocalHost.Worker;

/// <summary>One worker process. Owns it: disposing kills it.</summary>
internal sealed partial class WorkerProcess : IAsyncDisposable
{
    private const int KeptLines = 20;
    private static readonly TimeSpan KillWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainWait = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly ILogger _logger;
    private readonly Queue<string> _lastErrors = new();
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerProcess(Process process, ILogger logger) => (_process, _logger) = (process, logger);

    public int Id { get; private set; }

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited => _exited.Task;

    /// <exception cref="WorkerException">The executable cannot be started.</exception>
    public static WorkerProcess Start(ProcessStartInfo start, ILogger console)
    {
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var worker = new WorkerProcess(process, console);
        process.OutputDataReceived += (_, e) => worker.OnOutput(e.Data);
        process.ErrorDataReceived += (_, e) => worker.OnError(e.Data);
        process.Exited += (_, _) => worker._exited.TrySetResult(process.ExitCode);
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            process.Dispose();
            throw new WorkerException(
                $"The worker '{start.FileName}' cannot be started in '{start.WorkingDirectory}': {error.Message}",
                error
            );
        }
        worker.Id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return worker;
    }

    /// <summary>The error of an exit, with the last lines that the worker wrote to stderr.</summary>
    public async Task<WorkerException> DescribeExitAsync(int exitCode)
    {
        await Task.WhenAny(_errorEnded.Task, Task.Delay(DrainWait));
        lock (_lastErrors)
            return new WorkerException(
                $"The worker ended with code {exitCode} (0x{exitCode:X}). {string.Join('\n', _lastErrors)}".TrimEnd()
            );
    }

    public async ValueTask DisposeAsync()
    {
        if (!_exited.Task.IsCompleted)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
            {
                // It ended by itself a moment ago.
            }
            await Task.WhenAny(_exited.Task, Task.Delay(KillWait));
        }
        _process.Dispose();
    }

    private void OnOutput(string? line)
    {
        if (line is not null)
            ConsoleLine(_logger, LogLevel.Information, line);
    }

    private void OnError(string? line)
    {
        if (line is null)
        {
            _errorEnded.TrySetResult();
            return;
        }
        ConsoleLine(_logger, line.Contains("warn", StringComparison.OrdinalIgnoreCase) ? LogLevel.Warning : LogLevel.Error, line);
        lock (_lastErrors)
        {
            if (_lastErrors.Count == KeptLines)
                _lastErrors.Dequeue();
            _lastErrors.Enqueue(line);
        }
    }

    [LoggerMessage(EventId = 100, Message = "{Line}")]
    private static partial void ConsoleLine(ILogger logger, LogLevel level, string line);
}
