using System.Text.Json;

namespace RoadSeg.TestWorker;

/// <summary>What one run of a function saw: one line in a file that the tests read (Support/Run.cs).</summary>
internal sealed record Run(string Function, string Event, string Text, long DequeueCount, int ProcessId, DateTimeOffset At);

/// <summary>The folder shared with the test, from TESTWORKER_DIR.</summary>
internal static class Record
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("TESTWORKER_DIR") ?? Path.GetTempPath();
    private static readonly Lock Gate = new();

    public static void Write(string function, string what, string text = "", long dequeueCount = 0)
    {
        var line = JsonSerializer.Serialize(new Run(function, what, text, dequeueCount, Environment.ProcessId, TimeProvider.System.GetUtcNow()));
        lock (Gate) File.AppendAllText(Path.Combine(Folder, "runs.jsonl"), line + "\n");
    }

    /// <summary>Waits until the test makes a file of this name.</summary>
    public static async Task FileAsync(string name, CancellationToken cancellation = default)
    {
        while (!File.Exists(Path.Combine(Folder, name))) await Task.Delay(20, cancellation);
    }
}
