using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets;

/// <summary>The JSON form of <see cref="DatasetSpec"/>, strict: a member that is not known is an error, not a silent default.</summary>
public static partial class DatasetSpecJson
{
    /// <summary>Largest <c>dataset.json</c> in bytes.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxFolder = 200;

    // By reflection: generated readers lose the defaults of init-only members that a file leaves out.
    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters =
        {
            new JsonStringEnumConverter<MaskEncoding>(null, allowIntegerValues: false),
            new JsonStringEnumConverter<SplitSource>(null, allowIntegerValues: false),
            new JsonStringEnumConverter<ResizeMode>(null, allowIntegerValues: false),
        },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 32,
        NewLine = "\n",
        TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(NameIsOptional),
    };

    // Whoever reads a set knows the name of its folder.
    private static void NameIsOptional(JsonTypeInfo type)
    {
        if (type.Type == typeof(DatasetSpec))
            type.Properties.Single(member => member.Name == "name").IsRequired = false;
    }

    /// <summary>Reads and checks.</summary>
    /// <param name="utf8Json">The file.</param>
    /// <param name="defaultName">Name of a set whose file gives none: that of its folder. Null: a name must be given.</param>
    /// <exception cref="RoadSegException">dataset-invalid; the message names the member.</exception>
    public static DatasetSpec Parse(ReadOnlySpan<byte> utf8Json, string? defaultName = null)
    {
        if (utf8Json.Length > MaxBytes)
            throw DatasetErrors.Invalid($"dataset.json has {utf8Json.Length:N0} bytes; at most {MaxBytes:N0} are read.");
        if (utf8Json.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            utf8Json = utf8Json[3..];
        try
        {
            var spec = JsonSerializer.Deserialize<DatasetSpec>(utf8Json, Form) ?? throw DatasetErrors.Invalid("dataset.json is null.");
            if (spec.Name is null)
                spec = spec with { Name = defaultName ?? throw DatasetErrors.Invalid("dataset.json has no \"name\".") };
            Check(spec);
            return spec;
        }
        catch (JsonException e)
        {
            throw DatasetErrors.Invalid($"dataset.json breaks its form: {JsonFault.Of(e)}", e);
        }
    }

    /// <summary>Writes, ending in a line feed.</summary>
    public static byte[] Serialize(DatasetSpec spec) => [.. JsonSerializer.SerializeToUtf8Bytes(spec, Form), (byte)'\n'];

    /// <summary>True for what a data set can be called: 1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit. Safe in
    /// paths.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is not null && Name().IsMatch(text);

    /// <summary>True for a folder that a drop may lie in, and can be spoken of by, also where it breaks the rule for names: such a drop is
    /// refused, and seen.</summary>
    public static bool IsFolder([NotNullWhen(true)] string? text) =>
        text is { Length: > 0 and <= MaxFolder } and not ("." or "..") && !text.Any(c => c is '/' or '\\' || char.IsControl(c));

    /// <summary>The sentence for a folder whose name breaks the rule.</summary>
    public static string NameRule(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var better = Other().Replace(folder.ToLowerInvariant(), "-").Trim('-');
        return $"The folder's name '{Shown(folder)}' is no name of a data set: that is 1 to 63 of a-z, 0-9 and '-', beginning with a "
            + "letter or digit. Copy the set into a folder of such a name"
            + $"{(IsName(better) ? $", as '{better}'" : "")}, dataset.json last.";
    }

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="RoadSegException">dataset-invalid.</exception>
    public static void Check(DatasetSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        That(spec.SchemaVersion == 1, $"dataset.json has schemaVersion {spec.SchemaVersion}; this build reads 1.");
        That(IsName(spec.Name), $"The name '{Shown(spec.Name)}' is not 1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit.");
        if (spec.Target is { } target)
        {
            That(
                target.Width is >= 16 and <= 4096 && target.Height is >= 16 and <= 4096,
                $"target is {target.Width}x{target.Height}; each side is 16 to 4096."
            );
            That(target.MultipleOf is >= 1 and <= 128, $"target.multipleOf is {target.MultipleOf}; it is 1 to 128.");
        }

        That(spec.MaxUnknownShare is >= 0 and <= 1, "maxUnknownShare is 0 to 1.");
        var split = spec.Split;
        That(
            split.Train is > 0 and <= 1 && split.Val is >= 0 and < 1 && split.Test is >= 0 and < 1,
            "split.train is above 0 and at most 1; split.val and split.test are 0 or more and below 1."
        );
        That(
            Math.Abs(split.Train + split.Val + split.Test - 1) < 1e-6,
            $"split.train, val and test add up to {split.Train + split.Val + split.Test:0.###}, not 1."
        );
        That(
            spec.Patterns is null || (!string.IsNullOrEmpty(spec.Patterns.Image) && !string.IsNullOrEmpty(spec.Patterns.Mask)),
            "patterns needs image and mask."
        );
        That(
            spec.Labels?.Overlap is not { } overlap || overlap.All(label => label is not null),
            "labels.overlap holds null; it is a list of labels."
        );
        if (spec.Labels?.Classes is { } classes)
            That(
                classes.All(label => label is { Name.Length: > 0 and <= 100 })
                    && classes.Select(label => label.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() == classes.Count,
                "labels.classes needs names of 1 to 100 characters, each once."
            );
    }

    private static void That(bool condition, string message)
    {
        if (!condition)
            throw DatasetErrors.Invalid(message);
    }

    private static string Shown(string text) => text.Length > 80 ? text[..80] + "..." : text;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Other();
}
