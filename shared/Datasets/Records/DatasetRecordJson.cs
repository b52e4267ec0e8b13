using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>The JSON forms of data-set records. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(DatasetRecord))]
[JsonSerializable(typeof(DatasetView))]
[JsonSerializable(typeof(DatasetList))]
[JsonSerializable(typeof(DatasetUploadRequest))]
[JsonSerializable(typeof(DatasetUploadTicket))]
public sealed partial class DatasetRecordJson : JsonSerializerContext
{
    /// <summary>The same forms with every printable ASCII character written as itself: an upload address is full of
    /// <c>&amp;</c>.</summary>
    public static DatasetRecordJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
