namespace RoadSeg.Errors;

/// <summary>A failure with a code of the closed list. Its message says in a sentence what is wrong and what to do.</summary>
/// <param name="code">Entry of <see cref="ErrorCodes"/>.</param>
/// <param name="message">Shown to callers: no paths, keys or stack of the service.</param>
/// <param name="inner">What caused it, for logs.</param>
public sealed class RoadSegException(ErrorCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What failed.</summary>
    public ErrorCode Code { get; } = code;

    /// <summary>True when trying the same again may succeed: decides between retry and failing the job.</summary>
    public bool IsTransient => Code.Retryable;
}
