using System.ComponentModel;
using System.Diagnostics;

namespace RoadSeg.LocalHost.Handler;

/// <summary>One handler process. Owns it: disposing kills it.</summary>
internal sealed class HandlerProcess : IAsyncDisposable
{
    private static readonly TimeSpan KillWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainWait = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly string _executable;
    private readonly HandlerConsole _console;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HandlerProcess(Process process, string executable, HandlerConsole console)
    {
        _process = process;
        _executable = executable;
        _console = console;
    }

    public int Id { get; private set; }

    /// <summary>Whether it has ended with an error, asked of the system and so ahead of <see cref="Exited"/>.</summary>
    public bool HasFailed
    {
        get
        {
            try
            {
                return _process.HasExited && _process.ExitCode != 0;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited => _exited.Task;

    /// <exception cref="HandlerException">The executable cannot be started.</exception>
    public static HandlerProcess Start(ProcessStartInfo start, HandlerConsole console)
    {
        var executable = start.FileName;
        var process = new Process { StartInfo = InOwnSession(start), EnableRaisingEvents = true };
        var handler = new HandlerProcess(process, executable, console);
        process.OutputDataReceived += (_, e) => OnLine(e.Data, console.Output, handler._outputEnded);
        process.ErrorDataReceived += (_, e) => OnLine(e.Data, console.Error, handler._errorEnded);
        process.Exited += (_, _) => handler._exited.TrySetResult(process.ExitCode);
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            process.Dispose();
            throw new HandlerException($"Failed to start the handler '{executable}' in '{start.WorkingDirectory}': {error.Message}", error);
        }
        handler.Id = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return handler;
    }

    /// <summary>The error of an exit, with the last lines the handler wrote to stderr.</summary>
    public async Task<HandlerException> DescribeExitAsync(int exitCode)
    {
        await Task.WhenAny(Task.WhenAll(_outputEnded.Task, _errorEnded.Task), Task.Delay(DrainWait));
        return new HandlerException($"{_executable} exited with code {exitCode} (0x{exitCode:X})", new HandlerException(_console.LastErrors));
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

    // Ctrl+C in a terminal reaches every process of the group; the handler must live until running work is done. setsid becomes the
    // handler (same process id), so nothing else changes.
    private static ProcessStartInfo InOwnSession(ProcessStartInfo start)
    {
        const string setsid = "/usr/bin/setsid";
        if (!File.Exists(setsid)) return start;
        start.Arguments = $"\"{start.FileName}\"{start.Arguments}";
        start.FileName = setsid;
        return start;
    }

    private static void OnLine(string? line, Action<string> write, TaskCompletionSource ended)
    {
        if (line is null) ended.TrySetResult();
        else write(line);
    }
}

/// <summary>The handler process failed, or what it answered cannot be used.</summary>
internal sealed class HandlerException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>No handler will be ready any more: the host is stopping.</summary>
internal sealed class HandlerUnavailableException(string message) : Exception(message);
