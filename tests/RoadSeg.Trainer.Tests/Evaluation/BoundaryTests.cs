using RoadSeg.Trainer.Evaluation;

namespace RoadSeg.Trainer.Tests.Evaluation;

public sealed class BoundaryTests
{
    private const int Ignore = 9;

    [Fact]
    public void A_perfect_prediction_scores_one_and_absent_classes_are_left_out()
    {
        var truth = Halves(200, 100, 100);
        var f = Score(truth, truth, 200, 100);
        Assert.Equal(1, f.Mean);
        Assert.Equal([1.0, 1.0, null], f.PerClass);
    }

    [Theory]
    [InlineData(101, 1.0)]
    [InlineData(102, 0.0)]
    public void A_border_that_is_off_counts_while_it_is_within_the_tolerance(int column, double expected)
    {
        // The diagonal is 223.6 pixels, 0.75 % of it 1.68: one column off is near, two are not.
        var truth = Halves(200, 100, 100);
        var f = Score(truth, Halves(200, 100, column), 200, 100);
        Assert.Equal(expected, f.Mean!.Value, 1e-9);
    }

    [Fact]
    public void A_class_that_is_missed_scores_nothing_and_one_that_is_made_up_is_not_counted()
    {
        var truth = Halves(200, 100, 100);
        var blank = new byte[truth.Length];
        Assert.Equal([0.0, 0.0, null], Score(truth, blank, 200, 100).PerClass);
        var madeUp = truth.Select((id, i) => i % 200 > 180 ? (byte)2 : id).ToArray();
        var f = Score(truth, madeUp, 200, 100);
        Assert.Null(f.PerClass[2]);
        Assert.Equal(1, f.PerClass[0]);
        Assert.InRange(f.PerClass[1]!.Value, 0.6, 0.7);
    }

    [Fact]
    public void Borders_to_what_is_not_labelled_are_no_boundaries()
    {
        // Left class 0, right not labelled: whatever is predicted there.
        var truth = Halves(200, 100, 100).Select(id => id == 1 ? (byte)Ignore : id).ToArray();
        Assert.Null(Score(truth, Halves(200, 100, 100), 200, 100).Mean);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_maps_score_as_by_comparing_every_pair_of_pixels(int seed)
    {
        const int width = 333, height = 61;
        var random = new Random(seed);
        var (truth, prediction) = (Blocks(random, width, height, 4), Blocks(random, width, height, 3));
        var f = new BoundaryF(3, Ignore);
        f.Add(truth, prediction, width, height);
        var expected = Enumerable.Range(0, 3).Select(c => Slow(truth, prediction, width, height, c)).ToArray();
        for (var c = 0; c < 3; c++)
            Assert.Equal(expected[c], f.PerClass[c]!.Value, 1e-12);
        Assert.Equal(expected.Average(), f.Mean!.Value, 1e-12);
    }

    private static BoundaryF Score(byte[] truth, byte[] prediction, int width, int height)
    {
        var f = new BoundaryF(3, Ignore);
        f.Add(truth, prediction, width, height);
        return f;
    }

    private static byte[] Halves(int width, int height, int column) => [.. Enumerable.Range(0, width * height).Select(i => (byte)(i % width < column ? 0 : 1))];

    private static byte[] Blocks(Random random, int width, int height, int ids)
    {
        var cells = Enumerable.Range(0, 40 * 10).Select(_ => random.Next(ids) is var id && id == 3 ? (byte)Ignore : (byte)id).ToArray();
        return [.. Enumerable.Range(0, width * height).Select(i => cells[(i / width / 9 * 40) + (i % width / 9)])];
    }

    private static double Slow(byte[] truth, byte[] prediction, int width, int height, int c)
    {
        var reach = 0.0075 * Math.Sqrt((width * width) + (height * height));
        var (a, b) = (Edge(truth), Edge(prediction));
        var (precision, recall) = (Share(b, a), Share(a, b));
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);

        List<(int X, int Y)> Edge(byte[] ids) =>
        [
            .. from y in Enumerable.Range(0, height)
               from x in Enumerable.Range(0, width)
               where ids[(y * width) + x] == c && truth[(y * width) + x] != Ignore
               where new[] { (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1) }.Any(n =>
                   n.Item1 >= 0 && n.Item1 < width && n.Item2 >= 0 && n.Item2 < height && truth[(n.Item2 * width) + n.Item1] != Ignore && ids[(n.Item2 * width) + n.Item1] != c)
               select (x, y),
        ];

        double Share(List<(int X, int Y)> of, List<(int X, int Y)> near) =>
            of.Count == 0 ? 0 : of.Count(p => near.Any(q => ((p.X - q.X) * (p.X - q.X)) + ((p.Y - q.Y) * (p.Y - q.Y)) <= reach * reach)) / (double)of.Count;
    }
}
