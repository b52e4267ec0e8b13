using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Clips;

/// <summary>The JSON form of a timeline, pinned in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(Timeline))]
public sealed partial class TimelineJson : JsonSerializerContext
{
    /// <summary>The same form with every printable ASCII character written as itself: it is never embedded in HTML.</summary>
    public static TimelineJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
