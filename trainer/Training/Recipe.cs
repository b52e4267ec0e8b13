using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Teaching;

namespace RoadSeg.Trainer.Training;

/// <summary>A whole training configuration: printed first, stored in every checkpoint.</summary>
public sealed record Recipe
{
    /// <summary>What it is for, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Size of the model's input; scaling in training is relative to it.</summary>
    public PreprocessSpec Input { get; init; } = new(ResizeMode.KeepAspect, 480, 360, 8);

    public ModelOptions Model { get; init; } = new();

    public AugmentationOptions Augmentation { get; init; } = new();

    public TrainingOptions Training { get; init; } = new();

    /// <summary>Of photos without labels, where there are any.</summary>
    public UnlabelledOptions Unlabelled { get; init; } = new();

    /// <summary>Reads at most this many frames of each split, evenly spread; 0 for all. Default 0.</summary>
    public int LimitFrames { get; init; }

    /// <summary>A run of a queue takes the network's architecture from the model it starts from, instead of <see cref="Model"/>. Default
    /// false.</summary>
    public bool FollowInit { get; init; }

    /// <summary>One number decides weights, order and augmentation.</summary>
    public long Seed { get; init; } = 1;

    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <param name="nameOrPath">A file, or the name of one in the recipes folder.</param>
    /// <param name="overrides">"path.to.field=value", applied in order.</param>
    public static Recipe Load(string nameOrPath, IEnumerable<string> overrides)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "recipes");
        var path = File.Exists(nameOrPath) ? nameOrPath : Path.Combine(folder, nameOrPath + ".json");
        Check.That(
            File.Exists(path),
            $"There is no recipe '{nameOrPath}'. There are: "
                + $"{string.Join(", ", Directory.GetFiles(folder, "*.json").Select(Path.GetFileNameWithoutExtension).Order())}; or give "
                + "a file."
        );
        return Parse(File.ReadAllText(path), overrides);
    }

    public static Recipe Parse(string json, IEnumerable<string> overrides)
    {
        try
        {
            // Through the record first, so that defaults are there to be overridden.
            var node = JsonSerializer.SerializeToNode(
                JsonSerializer.Deserialize<Recipe>(json, Json) ?? throw new TrainerException("The recipe is null."),
                Json
            )!;
            foreach (var entry in overrides)
                Override(node, entry);
            var recipe = node.Deserialize<Recipe>(Json)!;
            recipe.Validate();
            return recipe;
        }
        catch (JsonException e)
        {
            throw new TrainerException($"The recipe cannot be read: {JsonFault.Of(e)}", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A setting that goes through a member that is no object.
            throw new TrainerException(
                $"The recipe cannot be read: "
                    + $"{(e is ArgumentException wrong ? JsonFault.Of(wrong) : "a setting names a member of something that has none.")}",
                e
            );
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    internal void Validate()
    {
        Check.InRange(LimitFrames, 0, int.MaxValue);
        Model.Validate();
        Augmentation.Validate();
        Training.Validate();
        Unlabelled.Validate();
    }

    private static void Override(JsonNode root, string entry)
    {
        var (path, value) = entry.Split('=', 2) is [var p, var v]
            ? (p, v)
            : throw new TrainerException($"--set takes key=value, not '{entry}'.");
        var keys = path.Split('.');
        var node = root;
        foreach (var key in keys[..^1])
            node = node[key] ?? throw new TrainerException($"A recipe has no '{path}'.");
        Check.That(node is JsonObject o && o.ContainsKey(keys[^1]), $"A recipe has no '{path}'.");
        node[keys[^1]] = value switch
        {
            "true" or "false" => JsonValue.Create(value == "true"),
            ['[', ..] => JsonNode.Parse(value),
            _ when long.TryParse(value, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when double.TryParse(value, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(value),
        };
    }
}
