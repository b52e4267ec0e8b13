namespace RoadSeg.Cli.Service;

/// <summary>A command cannot go on; the message says what to do.</summary>
internal sealed class CommandFailedException(string message, Exception? inner = null) : Exception(message, inner);
