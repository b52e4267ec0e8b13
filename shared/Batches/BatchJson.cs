using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>The JSON forms of what is stored, queued or answered for a batch. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(BatchRecord))]
[JsonSerializable(typeof(BatchItem))]
[JsonSerializable(typeof(BatchMessage))]
[JsonSerializable(typeof(BatchView))]
[JsonSerializable(typeof(BatchPage))]
[JsonSerializable(typeof(BatchItemView))]
[JsonSerializable(typeof(BatchItemPage))]
[JsonSerializable(typeof(BatchEvent))]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(BatchArchiveRequest))]
[JsonSerializable(typeof(ClipTicket))]
public sealed partial class BatchJson : JsonSerializerContext
{
    /// <summary>The same forms with every printable ASCII character written as itself.</summary>
    public static BatchJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
