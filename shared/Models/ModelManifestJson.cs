using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Packaging;

namespace RoadSeg.Models;

/// <summary>The JSON form of manifests: camelCase, indented, strict on reading.</summary>
public static class ModelManifestJson
{
    private static readonly ModelManifestContext Context = new(
        new JsonSerializerOptions(ModelManifestContext.Default.Options)
        {
            // Names only: the generated converters would also take any number for an enumeration.
            Converters =
            {
                new JsonStringEnumConverter<Precision>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<InputElementType>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<TensorLayout>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<ChannelOrder>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<OutputKind>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<ResizeMode>(null, allowIntegerValues: false),
            },
            // Manifests are read by people and never embedded in HTML: keep quotes and accents legible.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 32,
            NewLine = "\n",
        }
    );

    /// <summary>Reads and checks a manifest.</summary>
    /// <param name="utf8Json">The content of <c>manifest.json</c>.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: not JSON, another schema version, an unknown or missing member, or a value
    /// that breaks a rule; the message names the member.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> utf8Json)
    {
        CheckSchemaVersion(utf8Json);
        var manifest = Read(utf8Json, Context.ModelManifest);
        ManifestRules.Check(manifest);
        return manifest;
    }

    /// <summary>Reads the author's part of a manifest; schemaVersion, version, createdAt and files are ignored where they are
    /// given.</summary>
    /// <param name="utf8Json">A complete manifest or one without the members that <see cref="ModelPackageWriter"/> computes.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>, as for <see cref="Parse"/>.</exception>
    public static ModelDescription ParseDescription(ReadOnlySpan<byte> utf8Json)
    {
        JsonObject root;
        try
        {
            root = JsonNode.Parse(utf8Json) as JsonObject ?? throw Invalid("manifest.json must hold a JSON object.");
        }
        catch (JsonException e)
        {
            throw Invalid($"manifest.json is not a JSON manifest: {JsonFault.Of(e)}", e);
        }

        foreach (var computed in (string[])["schemaVersion", "version", "createdAt", "files"])
            root.Remove(computed);
        var description = Read(JsonSerializer.SerializeToUtf8Bytes(root, Context.JsonObject), Context.ModelDescription);
        ManifestRules.CheckDescription(description);
        return description;
    }

    /// <summary>Writes a manifest, ending in a line feed.</summary>
    public static byte[] Serialize(ModelManifest manifest) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(manifest, Context.ModelManifest), (byte)'\n'];

    // Read before anything else: a newer schema may differ in every other member.
    private static void CheckSchemaVersion(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = 32 });
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Invalid("manifest.json must hold a JSON object.");
            if (
                !document.RootElement.TryGetProperty("schemaVersion", out var version)
                || version.ValueKind != JsonValueKind.Number
                || !version.TryGetInt32(out var number)
            )
            {
                throw Invalid("manifest.json has no integer schemaVersion.");
            }

            if (number != ModelManifest.CurrentSchemaVersion)
            {
                throw Invalid(
                    $"manifest.json has schemaVersion {number}; this build reads {ModelManifest.CurrentSchemaVersion}. "
                        + "Use a package made for it or update RoadSeg."
                );
            }
        }
        catch (JsonException e)
        {
            throw Invalid($"manifest.json is not a JSON manifest: {JsonFault.Of(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw Invalid("manifest.json is not a JSON manifest: it holds text that is no UTF-8.", e);
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> utf8Json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8Json, type) ?? throw Invalid("manifest.json is null.");
        }
        catch (JsonException e)
        {
            throw Invalid($"manifest.json breaks the manifest's form: {JsonFault.Of(e)}", e);
        }
        catch (ArgumentException e)
        {
            throw Invalid($"manifest.json breaks the manifest's form: {JsonFault.Of(e)}", e);
        }
    }

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ModelManifestContext : JsonSerializerContext;
