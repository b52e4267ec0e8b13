namespace RoadSeg.LocalHost.Tests;

/// <summary>What one run of a function of the test worker saw: a line of runs.jsonl, as its Record writes it.</summary>
public sealed record Run(string Function, string Event, string Text, long DequeueCount, int ProcessId, DateTimeOffset At);
