using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>The body of a batch's webhook: the payload of <see href="https://www.standardwebhooks.com">Standard Webhooks</see>. Every
/// attempt about it sends the same type and id.</summary>
/// <param name="Type">batch.completed, batch.canceled, batch.failed, or batch.progressed at the share that was asked for.</param>
/// <param name="Timestamp">When that was.</param>
/// <param name="Data">The batch, without its webhooks.</param>
public sealed record BatchEvent([property: JsonRequired] string Type, DateTimeOffset Timestamp, [property: JsonRequired] BatchView Data);
