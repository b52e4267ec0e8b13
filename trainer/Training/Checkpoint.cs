using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>How far a run has come; together with the recipe it decides everything that follows.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="BestMeanIou">Best evaluated mIoU so far, 0-1; null before the first evaluation.</param>
/// <param name="EvaluationsSinceBest">For early stop.</param>
internal sealed record RunState(long Step, double? BestMeanIou, long BestStep, int EvaluationsSinceBest);

/// <summary>Everything a killed run needs. One safetensors file: tensors "model.", "average.", "optimizer."; the rest as JSON in its metadata.</summary>
internal static class Checkpoint
{
    private const string Model = "model.";
    private const string Average = "average.";
    private const string Optimizer = "optimizer.";

    public static void Save(string path, Recipe recipe, LabelCatalogue labels, RunState state, DeepLabV3Plus model, Ema ema, Optimizer optimizer)
    {
        var tensors = ModelWeights.Store(model, Model);
        foreach (var (name, tensor) in ModelWeights.Store(ema.Model, Average).Concat(optimizer.Store(Optimizer)))
            tensors[name] = tensor;
        new SafeTensors(Metadata(recipe, labels, state), tensors).Write(path);
    }

    public static RunState Resume(string path, Recipe recipe, DeepLabV3Plus model, Ema ema, Optimizer optimizer)
    {
        var file = SafeTensors.Read(path);
        var saved = RecipeOf(file, path);
        Check.That(saved.Model.Equals(recipe.Model), $"{path} holds another architecture ({Describe(saved.Model)}) than the recipe asks for ({Describe(recipe.Model)}). Use another --out, or --init to start from its weights.");
        ModelWeights.LoadWhole(model, file.Tensors, Model);
        ModelWeights.LoadWhole(ema.Model, file.Tensors, Average);
        optimizer.Load(file.Tensors, Optimizer);
        return StateOf(file, path);
    }

    /// <summary>How far the run was that made a checkpoint.</summary>
    public static RunState StateOf(string path) => StateOf(SafeTensors.Read(path), path);

    /// <summary>What a checkpoint was trained with.</summary>
    public static Recipe RecipeOf(string path) => RecipeOf(SafeTensors.Read(path), path);

    /// <summary>The averaged weights alone, names bare: what evaluation, export and publishing read.</summary>
    public static void SaveWeights(string path, Recipe recipe, LabelCatalogue labels, RunState state, DeepLabV3Plus model) =>
        new SafeTensors(Metadata(recipe, labels, state), ModelWeights.Store(model)).Write(path);

    /// <summary>A model ready to run from either kind of checkpoint.</summary>
    public static (DeepLabV3Plus Model, Recipe Recipe, LabelCatalogue Labels) Open(string path, Device device)
    {
        var file = SafeTensors.Read(path);
        var recipe = RecipeOf(file, path);
        var labels = file.Metadata.TryGetValue("labels", out var json)
            ? JsonSerializer.Deserialize<LabelCatalogue>(json, Recipe.Json)!
            : throw new TrainerException($"{path} has no label catalogue: it is no RoadSeg checkpoint.");
        var model = new DeepLabV3Plus(recipe.Model);
        ModelWeights.LoadWhole(model, file.Tensors, file.Tensors.Keys.Any(k => k.StartsWith(Average, StringComparison.Ordinal)) ? Average : "");
        model.to(device);
        model.eval();
        return (model, recipe, labels);
    }

    private static RunState StateOf(SafeTensors file, string path) => file.Metadata.TryGetValue("state", out var state)
        ? JsonSerializer.Deserialize<RunState>(state, Recipe.Json)!
        : throw new TrainerException($"{path} has no run state inside: it is no RoadSeg checkpoint.");

    private static Recipe RecipeOf(SafeTensors file, string path) => file.Metadata.TryGetValue("recipe", out var json)
        ? Recipe.Parse(json, [])
        : throw new TrainerException($"{path} has no recipe inside: it is no RoadSeg checkpoint. Weights of other origin go in by --init.");

    private static string Describe(ModelOptions m) => $"{m.Backbone}, stride {m.OutputStride}, rates {string.Join('/', m.AsppRates)}, {m.Classes} classes";

    private static Dictionary<string, string> Metadata(Recipe recipe, LabelCatalogue labels, RunState state) => new()
    {
        ["format"] = "pt",
        ["recipe"] = recipe.ToJson(),
        ["labels"] = JsonSerializer.Serialize(labels, Recipe.Json),
        ["state"] = JsonSerializer.Serialize(state, Recipe.Json),
    };
}
