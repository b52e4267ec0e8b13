using System.Text.Json.Serialization;

namespace RoadSeg.Work;

/// <summary>The queue message an attempt works for. The message's own lock is the lease: a redelivery of the same message
/// proves that the former delivery ended, a different message is a duplicate.</summary>
/// <param name="MessageId">Queue message id.</param>
/// <param name="Since">When it took the job.</param>
public sealed record WorkOwner([property: JsonRequired] string MessageId, DateTimeOffset Since);
