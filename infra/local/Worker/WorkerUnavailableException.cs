namespace RoadSeg.LocalHost.Worker;

/// <summary>No worker will be ready any more: the host is stopping.</summary>
internal sealed class WorkerUnavailableException(string message) : Exception(message);
