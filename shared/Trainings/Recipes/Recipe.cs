using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Trainings.Recipes;

/// <summary>A whole training configuration: printed first, stored in every checkpoint.</summary>
public sealed record Recipe
{
    /// <summary>What it is for, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Size of the model's input; scaling in training is relative to it.</summary>
    public PreprocessSpec Input { get; init; } = new(ResizeMode.KeepAspect, 480, 360, 8);

    /// <summary>The network.</summary>
    public ModelOptions Model { get; init; } = new();

    /// <summary>What is done to pictures before each look.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>How the weights are learned.</summary>
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

    private const string Folder = "RoadSeg.Trainings.Recipes.";

    /// <summary>The form of recipes, and of what is stored beside them in a checkpoint.</summary>
    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web)
        {
            WriteIndented = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            RespectNullableAnnotations = true,
            ReadCommentHandling = JsonCommentHandling.Skip,
            Converters = { new JsonStringEnumConverter() },
        };

    /// <summary>Names of the recipes that ship, in order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Recipe)
            .Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(static name => Path.GetFileNameWithoutExtension(name[Folder.Length..]))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a recipe of somebody who sits at this machine.</summary>
    /// <param name="nameOrPath">A file, or the name of a recipe that ships.</param>
    /// <param name="overrides">"path.to.field=value", applied in order.</param>
    /// <exception cref="RoadSegException">training-invalid.</exception>
    public static Recipe Load(string nameOrPath, IEnumerable<string> overrides)
    {
        if (File.Exists(nameOrPath))
            return Parse(File.ReadAllText(nameOrPath), overrides);
        RecipeRule.That(
            Names.Contains(nameOrPath, StringComparer.Ordinal),
            $"There is no recipe '{nameOrPath}'. There are: {string.Join(", ", Names)}; or give a file."
        );
        return Named(nameOrPath, overrides);
    }

    /// <summary>Reads a recipe that ships: the name may come from anywhere, no file of the machine is looked at.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="overrides">"path.to.field=value", applied in order.</param>
    /// <exception cref="RoadSegException">training-invalid: names the field, or the recipes that there are.</exception>
    public static Recipe Named(string name, IEnumerable<string> overrides)
    {
        RecipeRule.That(
            Names.Contains(name, StringComparer.Ordinal),
            $"There is no recipe '{name}'. There are: {string.Join(", ", Names)}."
        );
        using var file = new StreamReader(typeof(Recipe).Assembly.GetManifestResourceStream($"{Folder}{name}.json")!);
        return Parse(file.ReadToEnd(), overrides);
    }

    /// <summary>Reads a recipe's text.</summary>
    /// <param name="json">The recipe; what it leaves out has its default.</param>
    /// <param name="overrides">"path.to.field=value", applied in order.</param>
    /// <exception cref="RoadSegException">training-invalid.</exception>
    public static Recipe Parse(string json, IEnumerable<string> overrides)
    {
        try
        {
            // Through the record first, so that defaults are there to be overridden.
            var node = JsonSerializer.SerializeToNode(
                JsonSerializer.Deserialize<Recipe>(json, Json) ?? throw RecipeRule.Broken("The recipe is null."),
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
            throw RecipeRule.Broken($"The recipe cannot be read: {JsonFault.Of(e)}", e);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A setting that goes through a member that is no object.
            throw RecipeRule.Broken(
                $"The recipe cannot be read: "
                    + $"{(e is ArgumentException wrong ? JsonFault.Of(wrong) : "a setting names a member of something that has none.")}",
                e
            );
        }
    }

    /// <summary>The whole recipe, defaults included.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="RoadSegException">training-invalid: names the field and what it may be.</exception>
    public void Validate()
    {
        RecipeRule.InRange(LimitFrames, 0, int.MaxValue);
        Model.Validate();
        Augmentation.Validate();
        Training.Validate();
        Unlabelled.Validate();
    }

    private static void Override(JsonNode root, string entry)
    {
        var (path, value) = entry.Split('=', 2) is [var p, var v]
            ? (p, v)
            : throw RecipeRule.Broken($"--set takes key=value, not '{entry}'.");
        var keys = path.Split('.');
        var node = root;
        foreach (var key in keys[..^1])
            node = node[key] ?? throw RecipeRule.Broken($"A recipe has no '{path}'.");
        RecipeRule.That(node is JsonObject o && o.ContainsKey(keys[^1]), $"A recipe has no '{path}'.");
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
