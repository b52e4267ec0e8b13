using System.Diagnostics;
using System.Globalization;
using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>A program at work on untrusted bytes, in a process of its own: with limits that the system holds it to, without our
/// environment, which has keys in it, and killed when it is not wanted any more.</summary>
internal sealed class ClipTool : IAsyncDisposable
{
    private const int MostLine = 1024;
    private const int MostSaid = 20;
    private const int Killed = 128 + 9;

    // Of prlimit, and of the system where a library is missing.
    private const int CannotStart = 126;
    private const int NotFound = 127;

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly Task _listening;
    private readonly Queue<string> _said = new();
    private readonly Action<string?>? _heard;
    private TimeSpan _left;

    private ClipTool(Process process, ToolLimits limits, TimeProvider time, Action<string?>? heard)
    {
        (_process, _left, _time, _heard) = (process, limits.Time, time, heard);
        _listening = Task.Run(ListenAsync);
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>What it writes; read within <see cref="InTimeAsync"/>.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it reads; written within <see cref="InTimeAsync"/>. Closing it says that this is all.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The last lines that it said, for logs: they may hold paths.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="tools">Has prlimit.</param>
    /// <param name="program">Path of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limits">What it may use.</param>
    /// <param name="time">Counts how long is waited for it.</param>
    /// <param name="heard">Called with each line that it says on standard error, of at most 1,024 characters, and with null when it says no
    /// more.</param>
    public static ClipTool Start(
        FfmpegTools tools,
        string program,
        IEnumerable<string> arguments,
        ToolLimits limits,
        TimeProvider time,
        Action<string?>? heard = null
    )
    {
        var processor = (long)Math.Ceiling(limits.Time.TotalSeconds) * limits.Threads;
        string[] held =
        [
            $"--as={limits.MemoryBytes}",
            string.Create(CultureInfo.InvariantCulture, $"--cpu={processor}"),
            $"--fsize={limits.FileBytes}",
            "--nofile=64",
            "--core=0",
            "--",
            program,
        ];
        var start = new ProcessStartInfo(tools.Prlimit, [.. held, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment.Clear();
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        if (Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") is { } libraries)
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        return new ClipTool(Process.Start(start)!, limits, time, heard);
    }

    /// <summary>Does something that waits for the program. When it takes more than what is left of the time, or the caller does not want it
    /// any more, the program is killed, which ends the waiting.</summary>
    /// <exception cref="RoadSegException"><c>clip-took-too-long</c>.</exception>
    /// <exception cref="OperationCanceledException">The caller did not want it any more.</exception>
    public async Task<T> InTimeAsync<T>(Func<Task<T>> wait, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (_left <= TimeSpan.Zero)
            throw TookTooLong();
        using var late = new CancellationTokenSource(_left, _time);
        await using var whenLate = late.Token.Register(Kill);
        await using var whenUnwanted = cancel.Register(Kill);
        var began = _time.GetTimestamp();
        try
        {
            var result = await wait();
            if (!late.IsCancellationRequested && !cancel.IsCancellationRequested)
                return result;
        }
        catch (IOException) when (late.IsCancellationRequested || cancel.IsCancellationRequested)
        {
            // What the killed program left of the pipe.
        }
        finally
        {
            _left -= _time.GetElapsedTime(began);
        }

        cancel.ThrowIfCancellationRequested();
        throw TookTooLong();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>0 when it says that all went well.</returns>
    /// <exception cref="RoadSegException"><c>clip-took-too-long</c>: it was killed for its processor time, or was waited for too long;
    /// <c>clip-tools-missing</c>: it did not even start.</exception>
    public async Task<int> EndAsync(CancellationToken cancel)
    {
        var code = await InTimeAsync(
            async () =>
            {
                await _listening;
                await _process.WaitForExitAsync(CancellationToken.None);
                return _process.ExitCode;
            },
            cancel
        );
        return code switch
        {
            Killed => throw TookTooLong(),
            CannotStart or NotFound => throw new RoadSegException(
                ErrorCodes.ClipToolsMissing,
                "Videos are read with ffmpeg, which is here and does not start. Install it anew where the work is done "
                    + "(apt install ffmpeg).",
                new InvalidOperationException(Said)
            ),
            _ => code,
        };
    }

    /// <summary>Ends the program now, if it has not ended.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or has been given back.
        }
    }

    /// <summary>Kills the program if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _listening;
        _process.Dispose();
    }

    private static RoadSegException TookTooLong() =>
        new(ErrorCodes.ClipTookTooLong, "The video took more time than it may. Send a shorter one, fewer frames, or fewer pixels a frame.");

    // Whatever the program says, lines stay short and the last few of them stay.
    private async Task ListenAsync()
    {
        var line = new StringBuilder();
        var buffer = new char[MostLine];
        while (await _process.StandardError.ReadAsync(buffer) is > 0 and var read)
        {
            foreach (var letter in buffer.AsSpan(0, read))
            {
                if (letter != '\n' && line.Length < MostLine)
                    line.Append(letter);
                if (letter == '\n')
                    Hear(line);
            }
        }

        Hear(line);
        _heard?.Invoke(null);
    }

    private void Hear(StringBuilder line)
    {
        var text = line.ToString();
        line.Clear();
        if (text.Length == 0)
            return;
        _heard?.Invoke(text);
        lock (_said)
        {
            _said.Enqueue(text);
            if (_said.Count > MostSaid)
                _said.Dequeue();
        }
    }
}
