using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The JSON forms of what is stored or queued for a job. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    Converters = [typeof(Rfc3339Time)])]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(UploadRequest))]
[JsonSerializable(typeof(UploadTicket))]
[JsonSerializable(typeof(ResultSummary))]
[JsonSerializable(typeof(SegmentationMessage))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(IdempotencyEntry))]
[JsonSerializable(typeof(BlobCreatedEvent))]
public sealed partial class JobJson : JsonSerializerContext;
