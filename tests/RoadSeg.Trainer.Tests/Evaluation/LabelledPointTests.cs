using RoadSeg.Imaging;
using RoadSeg.Trainer.Evaluation;

namespace RoadSeg.Trainer.Tests.Evaluation;

public sealed class LabelledPointTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Points_are_scored_where_they_lie_and_nothing_else_is()
    {
        var set = Read("""{"a.png":[{"x":0.5,"y":0.05,"class":"sky"},{"x":0.5,"y":0.95,"class":"road"}]}""");
        var scores = SetEvaluation.Run(set, image => new Prediction([.. Enumerable.Range(0, image.Width * image.Height).Select(i => (byte)(i / image.Width < 32 ? 0 : 3))], null));
        Assert.Equal((2L, 0.5), (scores.Pixels.Total, scores.Pixels.PixelAccuracy()));
        Assert.Equal((1.0, 0.0), (scores.Pixels.ClassAccuracies()[0], scores.Pixels.ClassAccuracies()[2]));
    }

    [Theory]
    [InlineData("{}", "has no points")]
    [InlineData("[1]", "is no file of labelled points")]
    [InlineData("""{"b.png":[{"x":0.5,"y":0.5,"class":"sky"}]}""", "The points name b.png, which is not in")]
    [InlineData("""{"a.png":[{"x":0.5,"y":0.5,"class":"zebra"}]}""", "A point of a.png is of class 'zebra', which the model does not have")]
    [InlineData("""{"a.png":[{"x":1.5,"y":0.5,"class":"sky"}]}""", "A point of a.png is outside it")]
    public void What_is_wrong_with_the_points_is_said_in_a_sentence(string json, string message) =>
        Assert.Contains(message, Assert.Throws<TrainerException>(() => Read(json)).Message, StringComparison.Ordinal);

    private RoadSeg.Trainer.Data.SegmentationSet Read(string json)
    {
        File.WriteAllBytes(_folder["a.png"], PhotoEncoder.Png(PaintedRoads.Paint(96, 64, new Random(1)).Image));
        File.WriteAllText(_folder["points.json"], json);
        return LabelledPoints.Read(_folder["points.json"], _folder.Path, PaintedRoads.Labels);
    }
}
