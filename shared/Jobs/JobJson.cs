using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>The JSON forms of what is stored or queued for a job. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(JobEstimate))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(JobFeatures))]
[JsonSerializable(typeof(ReviewPage))]
[JsonSerializable(typeof(JobReview))]
[JsonSerializable(typeof(UploadRequest))]
[JsonSerializable(typeof(UploadTicket))]
[JsonSerializable(typeof(ResultSummary))]
[JsonSerializable(typeof(SegmentationMessage))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(WebhookTestRequest))]
[JsonSerializable(typeof(WebhookTestResult))]
[JsonSerializable(typeof(WebhookTestEvent))]
[JsonSerializable(typeof(IdempotencyEntry))]
[JsonSerializable(typeof(BatchLine))]
[JsonSerializable(typeof(BlobCreatedEvent))]
public sealed partial class JobJson : JsonSerializerContext
{
    /// <summary>The same forms with every printable ASCII character written as itself: an upload address is full of <c>&amp;</c>, and JSON
    /// answers are never embedded in HTML.</summary>
    public static JobJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
