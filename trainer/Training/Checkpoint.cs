using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Labels;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>Everything a killed run needs. One safetensors file: tensors "model.", "average.", "optimizer."; the rest as JSON in its
/// metadata.</summary>
internal static class Checkpoint
{
    /// <summary>What the names of the averaged weights begin with.</summary>
    public const string Average = "average.";

    private const string Model = "model.";
    private const string Optimizer = "optimizer.";

    public static void Save(
        string path,
        Recipe recipe,
        LabelCatalogue labels,
        LoopState state,
        DeepLabV3Plus model,
        Ema ema,
        Optimizer optimizer
    )
    {
        var tensors = ModelWeights.Store(model, Model);
        var lost = tensors.FirstOrDefault(tensor => !tensor.Value.IsFinite).Key;
        Check.That(
            lost is null,
            $"The weights {lost} are no finite numbers any more: they are not saved, {path} stays as it was. Lower the learning rate, or "
                + "clip the gradient (--set training.gradientClip=1), and run again."
        );
        foreach (var (name, tensor) in ModelWeights.Store(ema.Model, Average).Concat(optimizer.Store(Optimizer)))
            tensors[name] = tensor;
        new SafeTensors(Metadata(recipe, labels, state), tensors).Write(path);
    }

    /// <summary>Brings a run back to where a checkpoint has it.</summary>
    /// <returns>How far it was, and the settings that the recipe changes, as <c>training.epochs 8 -> 6</c>.</returns>
    public static (LoopState State, IReadOnlyList<string> Changed) Resume(
        string path,
        Recipe recipe,
        DeepLabV3Plus model,
        Ema ema,
        Optimizer optimizer
    )
    {
        var file = SafeTensors.Read(path);
        var saved = RecipeOf(file, path);
        Check.That(
            saved.Model.Equals(recipe.Model),
            $"{path} holds another architecture ({Describe(saved.Model)}) than the recipe asks for ({Describe(recipe.Model)}). Use "
                + "another --out, or --init to start from its weights."
        );
        Check.That(
            saved.Training.Optimizer == recipe.Training.Optimizer,
            $"{path} was trained with {saved.Training.Optimizer}, whose state {recipe.Training.Optimizer} cannot go on from. Use another "
                + "--out, or --init to start from its weights."
        );
        ModelWeights.LoadWhole(model, file.Tensors, Model);
        ModelWeights.LoadWhole(ema.Model, file.Tensors, Average);
        optimizer.Load(file.Tensors, Optimizer);
        return (StateOf(file, path), Changed(saved.ToJson(), recipe.ToJson()));
    }

    /// <summary>How the JSON of one recipe differs from that of another, as <c>training.epochs 8 -> 6</c>.</summary>
    public static IReadOnlyList<string> Changed(string saved, string recipe)
    {
        var changed = new List<string>();
        Compare("", JsonNode.Parse(saved), JsonNode.Parse(recipe));
        return changed;

        void Compare(string name, JsonNode? before, JsonNode? now)
        {
            if (before is JsonObject from && now is JsonObject to)
            {
                foreach (var member in from.Select(pair => pair.Key).Union(to.Select(pair => pair.Key)))
                    Compare(name.Length == 0 ? member : $"{name}.{member}", from[member], to[member]);
            }
            else if (!JsonNode.DeepEquals(before, now))
            {
                changed.Add($"{name} {before?.ToJsonString() ?? "unset"} -> {now?.ToJsonString() ?? "unset"}");
            }
        }
    }

    /// <summary>What <see cref="SaveWeights"/> stores.</summary>
    public static SafeTensors Weights(Recipe recipe, LabelCatalogue labels, LoopState state, DeepLabV3Plus model) =>
        new(Metadata(recipe, labels, state), ModelWeights.Store(model));

    /// <summary>What a run's last checkpoint says of itself, when its weights are taken for the best.</summary>
    public static IReadOnlyDictionary<string, string> AsBest(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("state", out var json) || JsonSerializer.Deserialize<LoopState>(json, Recipe.Json) is not { } state)
            return metadata;
        return new Dictionary<string, string>(metadata)
        {
            ["state"] = JsonSerializer.Serialize(state with { BestStep = state.Step }, Recipe.Json),
        };
    }

    /// <summary>How far the run was that made a checkpoint.</summary>
    public static LoopState StateOf(string path) => StateOf(SafeTensors.Read(path), path);

    /// <summary>What a checkpoint was trained with.</summary>
    public static Recipe RecipeOf(string path) => RecipeOf(SafeTensors.Read(path), path);

    /// <summary>The classes of a checkpoint.</summary>
    public static LabelCatalogue LabelsOf(string path) => LabelsOf(SafeTensors.Read(path), path);

    /// <summary>The averaged weights alone, names bare: what evaluation, export and publishing read.</summary>
    public static void SaveWeights(string path, Recipe recipe, LabelCatalogue labels, LoopState state, DeepLabV3Plus model) =>
        Weights(recipe, labels, state, model).Write(path);

    /// <summary>A model ready to run from either kind of checkpoint.</summary>
    public static (DeepLabV3Plus Model, Recipe Recipe, LabelCatalogue Labels) Open(string path, Device device)
    {
        var file = SafeTensors.Read(path);
        var recipe = RecipeOf(file, path);
        var labels = LabelsOf(file, path);
        var model = new DeepLabV3Plus(recipe.Model);
        ModelWeights.LoadWhole(
            model,
            file.Tensors,
            file.Tensors.Keys.Any(k => k.StartsWith(Average, StringComparison.Ordinal)) ? Average : ""
        );
        model.to(device);
        model.eval();
        return (model, recipe, labels);
    }

    private static LabelCatalogue LabelsOf(SafeTensors file, string path) =>
        file.Metadata.TryGetValue("labels", out var json)
            ? JsonSerializer.Deserialize<LabelCatalogue>(json, Recipe.Json)!
            : throw new TrainerException($"{path} has no label catalogue: it is no RoadSeg checkpoint.");

    private static LoopState StateOf(SafeTensors file, string path) =>
        file.Metadata.TryGetValue("state", out var state)
            ? JsonSerializer.Deserialize<LoopState>(state, Recipe.Json)!
            : throw new TrainerException($"{path} has no run state inside: it is no RoadSeg checkpoint.");

    private static Recipe RecipeOf(SafeTensors file, string path) =>
        file.Metadata.TryGetValue("recipe", out var json)
            ? Recipe.Parse(json, [])
            : throw new TrainerException(
                $"{path} has no recipe inside: it is no RoadSeg checkpoint. Weights of other origin go in by --init."
            );

    private static string Describe(ModelOptions m) =>
        $"{m.Backbone}, stride {m.OutputStride}, rates {string.Join('/', m.AsppRates)}, {m.Classes} classes";

    private static Dictionary<string, string> Metadata(Recipe recipe, LabelCatalogue labels, LoopState state) =>
        new()
        {
            ["format"] = "pt",
            ["recipe"] = recipe.ToJson(),
            ["labels"] = JsonSerializer.Serialize(labels, Recipe.Json),
            ["state"] = JsonSerializer.Serialize(state, Recipe.Json),
        };
}
