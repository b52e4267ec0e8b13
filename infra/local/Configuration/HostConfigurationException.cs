namespace RoadSeg.LocalHost.Configuration;

/// <summary>The app folder or the settings are wrong, so the host cannot start. The message says what to mend.</summary>
public sealed class HostConfigurationException(string message, Exception? innerException = null) : Exception(message, innerException);
