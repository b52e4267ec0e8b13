namespace RoadSeg.LocalHost.Worker;

/// <summary>The worker process failed: it did not start, ended, or refused.</summary>
internal sealed class WorkerException(string message, Exception? innerException = null) : Exception(message, innerException);
