namespace RoadSeg.LocalHost;

/// <summary>Azurite is missing, did not start, or ended. The message says why.</summary>
public sealed class AzuriteException(string message, Exception? innerException = null) : Exception(message, innerException);
