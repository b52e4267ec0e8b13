using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>The JSON forms of results that are made when asked for.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MaskRegions))]
[JsonSerializable(typeof(MaskFeatures))]
public sealed partial class ResultJson : JsonSerializerContext
{
    /// <summary>The same forms with every printable ASCII character written as itself: run-length strings use them all, and JSON answers
    /// are never embedded in HTML.</summary>
    public static ResultJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
