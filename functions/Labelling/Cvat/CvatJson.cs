using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>The JSON forms of CVAT's calls to a nuclio dashboard.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CvatInvocation))]
[JsonSerializable(typeof(NuclioFunction))]
[JsonSerializable(typeof(Dictionary<string, NuclioFunction>))]
[JsonSerializable(typeof(CvatLabel[]))]
internal sealed partial class CvatJson : JsonSerializerContext
{
    /// <summary>The same forms with every printable character written as itself: JSON stands in a string of JSON.</summary>
    public static CvatJson Plain =>
        field ??= new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
