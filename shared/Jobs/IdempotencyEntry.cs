using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>What an Idempotency-Key stands for: the content of its blob in idempotency-keys.</summary>
/// <param name="JobId">The job of the first request with the key.</param>
/// <param name="Request">SHA-256 of that request, lower-case hex.</param>
public sealed record IdempotencyEntry(WorkId JobId, [property: JsonRequired] string Request);
