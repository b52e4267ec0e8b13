namespace RoadSeg.TestHandler;

/// <summary>What the handler does, read anew for every request from script.json in the folder TESTHANDLER_DIR.</summary>
public sealed record Script
{
    /// <summary>Exit code per start, before listening; null or past the end: run.</summary>
    public IReadOnlyList<int?> Exits { get; init; } = [];

    public int ListenAfterMs { get; init; }

    public bool NeverListen { get; init; }

    public IReadOnlyList<string> Output { get; init; } = [];

    public IReadOnlyList<string> ErrorOutput { get; init; } = [];

    /// <summary>Answers per request path without its slash; the last one repeats. Others get <c>{}</c>, and <c>/</c> 404.</summary>
    public Dictionary<string, IReadOnlyList<Answer>> Answers { get; init; } = [];
}

public sealed record Answer
{
    public int Status { get; init; } = 200;

    public string? ContentType { get; init; } = "application/json";

    public string Body { get; init; } = "{}";

    public Dictionary<string, string> Headers { get; init; } = [];

    public int DelayMs { get; init; }

    /// <summary>Ends the process with this code instead of answering.</summary>
    public int? Exit { get; init; }
}

/// <summary>One request as the handler got it: a line of requests.jsonl.</summary>
public sealed record RecordedRequest
{
    public int ProcessId { get; init; }

    public string Method { get; init; } = "";

    /// <summary>The request line's target, byte for byte.</summary>
    public string Target { get; init; } = "";

    public Dictionary<string, string[]> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>Requests running in the handler, this one included.</summary>
    public int Running { get; init; }

    public DateTimeOffset At { get; init; }
}

/// <summary>One start of the process: a line of starts.jsonl.</summary>
public sealed record RecordedStart
{
    public int ProcessId { get; init; }

    public string[] Arguments { get; init; } = [];

    public string WorkingDirectory { get; init; } = "";

    public Dictionary<string, string> Environment { get; init; } = [];
}
