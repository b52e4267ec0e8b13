namespace RoadSeg.LocalHost.Worker;

/// <summary>A function failed in the worker. The message holds the worker's own.</summary>
internal sealed class FunctionFailedException(string message) : Exception(message);
