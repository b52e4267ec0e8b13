using RoadSeg.Errors;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Tests.Training;

public sealed class RecipeTests
{
    [Theory]
    [InlineData("smoke")]
    [InlineData("camvid-mnv2")]
    [InlineData("camvid-r18")]
    [InlineData("roads-mnv2")]
    [InlineData("camvid-r101")]
    [InlineData("camvid-scratch-long")]
    public void Every_recipe_that_ships_is_valid_and_survives_its_checkpoint(string name)
    {
        var recipe = Recipe.Load(name, []);
        Assert.NotEmpty(recipe.Description);
        Assert.Equal(recipe.ToJson(), Recipe.Parse(recipe.ToJson(), []).ToJson());
    }

    [Fact]
    public void The_original_architecture_is_ResNet_101_at_256_pixels_for_30_epochs()
    {
        var recipe = Recipe.Load("camvid-r101", []);
        Assert.Equal((Backbone.ResNet101, 256, 256, 30), (recipe.Model.Backbone, recipe.Input.Width, recipe.Input.Height, recipe.Training.Epochs));
    }

    [Fact]
    public void Fields_are_replaced_by_key_and_value()
    {
        var recipe = Recipe.Load("smoke", ["training.epochs=7", "training.learningRate=0.5", "model.separableHead=false", "model.asppRates=[2,4]", "training.optimizer=sgd", "seed=9"]);
        Assert.Equal((7, 0.5, false, OptimizerKind.Sgd, 9L), (recipe.Training.Epochs, recipe.Training.LearningRate, recipe.Model.SeparableHead, recipe.Training.Optimizer, recipe.Seed));
        Assert.Equal([2, 4], recipe.Model.AsppRates);
    }

    [Theory]
    [InlineData("training.epochs=0", "epochs is 1 to 100000, not 0.")]
    [InlineData("training.batchSize=1", "batchSize is 2 to 256, not 1.")]
    [InlineData("training.learningRate=11", "learningRate is 1E-07 to 10, not 11.")]
    [InlineData("model.outputStride=32", "outputStride is 8 or 16, not 32.")]
    [InlineData("augmentation.cropWidth=100", "cropWidth and cropHeight are multiples of 16.")]
    [InlineData("augmentation.scaleMax=0.1", "scaleMax is 0.9 to 4, not 0.1.")]
    [InlineData("training.epoch=3", "A recipe has no 'training.epoch'.")]
    [InlineData("nothing", "--set takes key=value, not 'nothing'.")]
    public void What_is_out_of_range_or_unknown_is_refused_with_what_is_allowed(string entry, string message) =>
        Assert.Equal(message, Assert.Throws<RoadSegException>(() => Recipe.Load("smoke", [entry])).Message);

    [Fact]
    public void An_unknown_recipe_names_those_there_are() =>
        Assert.Contains("camvid-r101, camvid-r18", Assert.Throws<RoadSegException>(() => Recipe.Load("camvid", [])).Message);

    [Theory]
    [InlineData(ScheduleKind.Poly, 1, 0.5358867312681466, 0)]
    [InlineData(ScheduleKind.Cosine, 1, 0.5, 0)]
    [InlineData(ScheduleKind.OneCycle, 0.04, 0.8116788, 4e-6)]
    [InlineData(ScheduleKind.Constant, 1, 1, 1)]
    public void The_rate_starts_passes_the_middle_and_ends_where_its_formula_says(ScheduleKind kind, double start, double middle, double end)
    {
        var schedule = new Schedule(new TrainingOptions { Schedule = kind, WarmupSteps = 0 }, 1000);
        Assert.Equal(start, schedule.Factor(0), 1e-6);
        Assert.Equal(middle, schedule.Factor(500), 1e-4);
        Assert.Equal(end, schedule.Factor(1000), 1e-6);
    }

    [Fact]
    public void Warm_up_rises_from_a_hundredth()
    {
        var schedule = new Schedule(new TrainingOptions { Schedule = ScheduleKind.Constant, WarmupSteps = 10 }, 1000);
        Assert.Equal([0.01, 0.505, 1], [schedule.Factor(0), schedule.Factor(5), schedule.Factor(10)]);
    }
}
