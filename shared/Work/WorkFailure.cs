using System.Text.Json.Serialization;
using RoadSeg.Errors;

namespace RoadSeg.Work;

/// <summary>Why a job failed.</summary>
/// <param name="Code">A code of docs/errors.md.</param>
/// <param name="Message">What is wrong and what to do, in a sentence.</param>
/// <param name="Retryable">True when submitting the same photo again may succeed.</param>
public sealed record WorkFailure([property: JsonRequired] string Code, [property: JsonRequired] string Message, bool Retryable)
{
    /// <summary>The failure that an exception is.</summary>
    public static WorkFailure Of(RoadSegException reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new WorkFailure(reason.Code.Code, reason.Message, reason.Code.Retryable);
    }
}
