using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Inference;

/// <summary>Which tiles a photo is looked at in, what that costs, and that every cell is counted in full.</summary>
public sealed class TilePlanTests
{
    private static readonly ModelDescription Model = TinyModels.Description with
    {
        Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 640, 480, 8), Output = TinyModels.Description.Output with { Stride = 4 },
    };

    [Theory]
    [InlineData(480, 360, 1, 1)] // smaller than the model's input
    [InlineData(640, 480, 1, 1)]
    [InlineData(750, 563, 1, 1)] // not worth tiles
    [InlineData(800, 600, 2, 5)]
    [InlineData(1280, 960, 2, 5)]
    [InlineData(1920, 1080, 3, 10)]
    [InlineData(4032, 3024, 3, 10)] // no more than 9 tiles
    [InlineData(3024, 4032, 3, 10)]
    public void What_a_photo_costs_follows_from_its_size(int width, int height, int perSide, int runs)
    {
        var plan = TilePlan.Of(width, height, Model);
        Assert.Equal((perSide, runs), (plan.PerSide, plan.Runs));
        if (runs == 1)
            Assert.Equal(Model.Preprocess.InputSize(width, height), (plan.Width, plan.Height));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 5)]
    [InlineData(16, 17)]
    [InlineData(48, 37)]
    public void The_limit_of_tiles_is_kept(int most, int runs) => Assert.Equal(runs, TilePlan.Of(9000, 6750, Model, most).Runs);

    [Fact]
    public void A_model_whose_scores_cannot_be_blended_runs_once()
    {
        Assert.Equal(1, TilePlan.Of(4000, 3000, Model with { Output = Model.Output with { Kind = OutputKind.ClassIds } }).Runs);
        var odd = Model with { Preprocess = new PreprocessSpec(ResizeMode.Stretch, 513, 513), Output = Model.Output with { Stride = 8 } };
        Assert.Equal(1, TilePlan.Of(4000, 3000, odd).Runs);
    }

    [Fact]
    public void What_a_job_holds_is_bounded_whatever_the_models_input_is()
    {
        foreach (var (side, stride, classes) in ((int, int, int)[])[(4096, 4, 19), (2048, 1, 150), (1024, 1, 19), (512, 1, 150), (256, 8, 19)])
        {
            var model = Model with
            {
                Labels = TinyModels.Labels(classes), Preprocess = new PreprocessSpec(ResizeMode.Stretch, side, side), Output = Model.Output with { Stride = stride },
            };
            var plan = TilePlan.Of(30_000, 30_000, model, TilePlan.MostTiles);
            var pixels = (long)plan.Width * plan.Height;
            Assert.True(plan.Runs == 1 || (pixels <= 8_000_000 && pixels / (stride * stride) * classes <= 16 << 20), plan.ToString());
        }
    }

    [Fact]
    public void The_weights_sum_to_one_at_every_cell_whatever_the_sizes_are()
    {
        var random = new Random(32);
        for (var i = 0; i < 300; i++)
        {
            var stride = 1 << random.Next(4);
            var tile = stride * random.Next(8, 90);
            var model = Model with { Preprocess = new PreprocessSpec(ResizeMode.Stretch, tile, tile), Output = Model.Output with { Stride = stride } };
            var plan = TilePlan.Of(random.Next(16, 4000), random.Next(16, 4000), model, random.Next(1, 65));
            var starts = plan.Starts(plan.Width, plan.TileWidth, stride);
            var (side, cells) = (plan.Width / stride, tile / stride);
            var window = new TileWindow(side, cells, starts);
            var sum = new double[side];
            for (var t = 0; t < plan.PerSide; t++)
            {
                Assert.InRange(starts[t], 0, side - cells);
                Assert.True(t == 0 || starts[t - 1] + cells - starts[t] >= (0.25 * cells) - 1, $"{plan}: too little overlap at tile {t}");
                for (var x = 0; x < cells; x++)
                {
                    Assert.InRange(window.Of(t)[x], 0f, 1f);
                    sum[starts[t] + x] += window.Of(t)[x];
                }
            }

            Assert.Equal(0, starts[0]);
            Assert.Equal(side - cells, starts[^1]);
            Assert.All(sum, weight => Assert.Equal(1, weight, 1e-6));
        }
    }
}
