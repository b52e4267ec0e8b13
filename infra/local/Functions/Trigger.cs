namespace RoadSeg.LocalHost.Functions;

/// <summary>What a trigger of the SDK fired with.</summary>
/// <param name="Value">ParameterBindingData, text, bytes or TimerInfo.</param>
public sealed record Trigger(
    object? Value,
    IReadOnlyDictionary<string, object> Metadata,
    Guid InvocationId,
    CancellationToken Cancellation
);
