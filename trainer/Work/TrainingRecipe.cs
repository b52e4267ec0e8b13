using RoadSeg.Datasets.Curation;
using RoadSeg.Labels;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainer.Weights;
using RoadSeg.Trainings;

namespace RoadSeg.Trainer.Work;

/// <summary>What a run of the queue trains with: the plan's recipe, fitted to the data set and to the model it starts from.</summary>
internal static class TrainingRecipe
{
    /// <param name="plan">What was asked for.</param>
    /// <param name="set">Number of classes and input size are the set's where the plan sets no others.</param>
    /// <param name="init">Checkpoint that the run starts from; null for none.</param>
    /// <exception cref="TrainerException">The recipe, its settings and the set do not fit; says what to set.</exception>
    public static Recipe Resolve(TrainingPlan plan, CuratedSet set, string? init)
    {
        // A name and nothing else: the request comes from outside, and Load takes files of this machine too.
        var recipe = Recipe.Named(plan.Recipe, plan.Settings.Select(setting => $"{setting.Key}={setting.Value}"));
        if (recipe.FollowInit)
        {
            Check.That(
                init is not null,
                $"The recipe '{plan.Recipe}' goes on from a model, and there is none to start from: name another recipe, or a version of "
                    + "the model as init."
            );
            if (!Has(plan, "model."))
                recipe = recipe with { Model = Checkpoint.RecipeOf(init!).Model with { Classes = recipe.Model.Classes } };
        }

        if (!Has(plan, "model.classes"))
            recipe = recipe with { Model = recipe.Model with { Classes = set.Labels.Count } };
        if (!Has(plan, "input."))
            recipe = recipe with { Input = set.Manifest.Target };
        recipe.Validate();
        Fit(recipe, set);
        return recipe;
    }

    /// <summary>The checkpoint with its classifiers left out where its classes are not the set's: they would say other things.</summary>
    /// <param name="init">Checkpoint of a model version.</param>
    /// <param name="labels">Its classes.</param>
    /// <param name="set">The data set.</param>
    /// <param name="scratch">File for a changed one.</param>
    /// <param name="say">Called when it was changed.</param>
    /// <returns>The file to start from.</returns>
    public static string WithoutForeignClasses(string init, LabelCatalogue labels, CuratedSet set, string scratch, Action<string> say)
    {
        if (labels.HasClassesOf(set.Labels))
            return init;
        say($"The model's classes ({Names(labels)}) are not the set's ({Names(set.Labels)}): its last layer begins anew.");
        var file = SafeTensors.Read(init);
        new SafeTensors(
            file.Metadata,
            file.Tensors.Where(tensor => !tensor.Key.Contains(".classify.", StringComparison.Ordinal)).ToDictionary()
        ).Write(scratch);
        return scratch;
    }

    private static string Names(LabelCatalogue labels) => string.Join(", ", labels.Classes.Select(label => label.Name));

    private static bool Has(TrainingPlan plan, string prefix) =>
        plan.Settings.Keys.Any(key => key.StartsWith(prefix, StringComparison.Ordinal));

    private static void Fit(Recipe recipe, CuratedSet set)
    {
        var (width, height) = recipe.Input.InputSize(set.Manifest.Target.Width, set.Manifest.Target.Height);
        var (crop, largest) = (recipe.Augmentation, recipe.Augmentation.ScaleMax);
        Check.That(
            crop.CropWidth <= width * largest && crop.CropHeight <= height * largest,
            $"Crops of {crop.CropWidth}x{crop.CropHeight} do not fit into pictures of {width}x{height}, even at the largest scale "
                + $"({largest}): lower augmentation.cropWidth and augmentation.cropHeight (multiples of 16), or set input.width and "
                + "input.height."
        );
    }
}
