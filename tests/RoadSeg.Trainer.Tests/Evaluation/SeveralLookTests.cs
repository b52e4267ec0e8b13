using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Trainer.Tests.Export;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Evaluation;

public sealed class SeveralLookTests(TrainedNetwork network) : IClassFixture<TrainedNetwork>
{
    private static readonly TestTime Many = new(Flip: true, [0.75, 1, 1.25]);

    private readonly SegmentationSet _val = CamVidFolder.Read(network.Data, "val");

    [Fact]
    public void A_checkpoint_and_its_graph_score_alike()
    {
        var (model, recipe, _) = Checkpoint.Open(network.BestPath, CPU);
        using var m = model;
        var graph = OnnxWriter.Write(GraphBuilder.Build(model), Precision.Fp32);
        foreach (var looks in new[] { TestTime.Once, Many })
        {
            var (torch, onnx) = (TorchEvaluation.Run(model, _val, recipe.Input, CPU, looks), OnnxEvaluation.Run(graph, _val, recipe.Input, looks));
            Assert.Equal(torch.Pixels.MeanIoU(), onnx.Pixels.MeanIoU(), 1e-3);
            Assert.Equal(torch.Boundaries.Mean!.Value, onnx.Boundaries.Mean!.Value, 1e-2);
            Assert.InRange(torch.Pixels.MeanIoU(), 0.5, 1);
        }
    }

    [Fact]
    public void Looking_mirrored_too_makes_the_answer_symmetric()
    {
        var (model, recipe, _) = Checkpoint.Open(network.BestPath, CPU);
        using var m = model;
        var image = _val.Frames[0].Image;
        var mirrored = new RgbImage(image.Width, image.Height, [.. Enumerable.Range(0, image.Width * image.Height).SelectMany(i =>
            image.Pixels[(3 * Mirror(i))..((3 * Mirror(i)) + 3)])]);
        SegmentationSet both = new("both", _val.Labels, [new Frame("a", image, _val.Frames[0].Mask), new Frame("b", mirrored, _val.Frames[0].Mask)]);
        var predictions = new List<byte[]>();
        TorchEvaluation.Run(model, both, recipe.Input, CPU, new TestTime(true, [1]), result => predictions.Add(result.Prediction));
        var same = Enumerable.Range(0, predictions[0].Length).Count(i => predictions[0][i] == predictions[1][Mirror(i)]);
        Assert.InRange(same, predictions[0].Length * 0.999, predictions[0].Length);

        int Mirror(int i) => (i / image.Width * image.Width) + image.Width - 1 - (i % image.Width);
    }

    [Fact]
    public void Evaluation_leaves_no_tensor_behind()
    {
        var (model, recipe, _) = Checkpoint.Open(network.BestPath, CPU);
        using var m = model;
        TorchEvaluation.Run(model, _val, recipe.Input, CPU, Many);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        TorchEvaluation.Run(model, _val, recipe.Input, CPU, Many);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(double.NaN)]
    public void Scales_out_of_range_are_refused(double scale) =>
        Assert.Contains("--scales takes numbers", Assert.Throws<TrainerException>(() => new TestTime(false, [1, scale]).Validate()).Message);

    [Fact]
    public void A_graph_of_another_form_is_refused()
    {
        Assert.Contains("cannot load the graph", Assert.Throws<TrainerException>(() => OnnxEvaluation.Run([1, 2, 3], _val, new Recipe().Input, Many)).Message);
        using var other = new RoadSeg.Trainer.Model.DeepLabV3Plus(new() { AsppChannels = 8, DecoderChannels = 8, LowLevelChannels = 8, AsppRates = [], Classes = 7 });
        other.eval();
        var graph = OnnxWriter.Write(GraphBuilder.Build(other), Precision.Fp32);
        Assert.Contains("not of this trainer's form", Assert.Throws<TrainerException>(() => OnnxEvaluation.Run(graph, _val, new Recipe().Input, Many)).Message);
    }
}
