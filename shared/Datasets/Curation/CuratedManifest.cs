using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Curation;

/// <summary><c>manifest.json</c> of a curated set. It holds nothing but what follows from the source, the description and this code, so
/// that the same input always gives the same bytes: the version is their hash.</summary>
public sealed record CuratedManifest
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "manifest.json";

    /// <summary>What <see cref="Kind"/> says.</summary>
    public const string CuratedKind = "roadseg-curated";

    private const int VersionDigits = 16;

    private static readonly CuratedManifestContext Form = new(
        new JsonSerializerOptions(CuratedManifestContext.Default.Options)
        {
            Converters =
            {
                new JsonStringEnumConverter<SplitSource>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<Split>(null, allowIntegerValues: false),
                new JsonStringEnumConverter<ResizeMode>(null, allowIntegerValues: false),
            },
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            NewLine = "\n",
            MaxDepth = 16,
        }
    );

    /// <summary>Distinguishes this manifest from a model's: <see cref="CuratedKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>1.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Name of the set.</summary>
    public required string Name { get; init; }

    /// <summary>Layout of the source.</summary>
    public required string Layout { get; init; }

    /// <summary>Licence and origin, as given.</summary>
    public required string Licence { get; init; }

    /// <summary>Classes; ids in the shards are theirs, 255 where unlabelled.</summary>
    public required LabelCatalogue Labels { get; init; }

    /// <summary>SHA-256 of the label map.</summary>
    public required string LabelMapSha256 { get; init; }

    /// <summary>How images were resized; labels by nearest.</summary>
    public required PreprocessSpec Target { get; init; }

    /// <summary>Where the division came from.</summary>
    public required SplitSource SplitBy { get; init; }

    /// <summary>Seed of division and order.</summary>
    public required long SplitSeed { get; init; }

    /// <summary>The splits that hold images.</summary>
    public required IReadOnlyList<CuratedSplit> Splits { get; init; }

    /// <summary>One JSON line a sample, in the order of the shards.</summary>
    public required CuratedFile Samples { get; init; }

    /// <summary>The bytes of <c>manifest.json</c>, ending in a line feed.</summary>
    public byte[] ToJson() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Form.CuratedManifest), (byte)'\n'];

    /// <summary>Version of a manifest: the first 16 hexadecimal digits of the SHA-256 of its bytes.</summary>
    public static string VersionOf(ReadOnlySpan<byte> utf8Json) => Convert.ToHexStringLower(SHA256.HashData(utf8Json))[..VersionDigits];

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="RoadSegException">curated-set-invalid: it is none, or of another schema version.</exception>
    public static CuratedManifest Parse(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(utf8Json, Form.CuratedManifest) ?? throw Invalid("manifest.json is null.");
            if (manifest.Kind != CuratedKind || manifest.SchemaVersion != 1)
                throw Invalid($"manifest.json is of kind '{manifest.Kind}' {manifest.SchemaVersion}; this build reads {CuratedKind} 1.");
            if (manifest.Splits.Any(split => split is null || split.Shards.Any(shard => shard is null)))
                throw Invalid("manifest.json holds null where a split or a shard belongs.");
            foreach (var shard in manifest.Splits.SelectMany(split => split.Shards))
            {
                if (
                    Path.GetFileName(shard.File) != shard.File
                    || shard.File.Any(char.IsControl)
                    || shard.Samples < 1
                    || shard.Bytes is < 1 or > int.MaxValue
                )
                    throw Invalid(
                        $"manifest.json names the shard '{shard.File}' with {shard.Samples} samples and {shard.Bytes} bytes, which "
                            + "cannot be."
                    );
            }

            return manifest;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Invalid(
                $"manifest.json breaks its form: {(e is JsonException json ? JsonFault.Of(json) : JsonFault.Of((ArgumentException)e))}",
                e
            );
        }
    }

    internal static RoadSegException Invalid(string message, Exception? inner = null) =>
        new(ErrorCodes.CuratedSetInvalid, message + " Curate the data set again.", inner);
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
[JsonSerializable(typeof(CuratedManifest))]
internal sealed partial class CuratedManifestContext : JsonSerializerContext;
