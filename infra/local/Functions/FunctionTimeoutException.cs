namespace RoadSeg.LocalHost.Functions;

/// <summary>An invocation ran longer than functionTimeout.</summary>
internal sealed class FunctionTimeoutException(string message) : Exception(message);
