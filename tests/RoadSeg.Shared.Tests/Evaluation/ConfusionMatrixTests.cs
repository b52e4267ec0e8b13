using RoadSeg.Evaluation;

namespace RoadSeg.Tests.Evaluation;

public class ConfusionMatrixTests
{
    [Fact]
    public void Scores_are_those_worked_out_by_hand()
    {
        var matrix = new ConfusionMatrix(3);
        // Truth 0 twice right and once taken for 1; truth 1 once right; one pixel unlabelled.
        matrix.Add([0, 0, 0, 1, 9], [0, 0, 1, 1, 2], 9);

        Assert.Equal(4, matrix.Total);
        Assert.Equal(1, matrix[0, 1]);
        Assert.Equal(3 / 4.0, matrix.PixelAccuracy());
        Assert.Equal([2 / 3.0, 1 / 2.0, null], matrix.ClassIoU());
        Assert.Equal([2 / 3.0, 1.0, null], matrix.ClassAccuracies());
        Assert.Equal((2 / 3.0 + 1 / 2.0) / 2, matrix.MeanIoU(), 1e-12);
        Assert.Equal((2 / 3.0 + 1) / 2, matrix.MeanClassAccuracy(), 1e-12);
        Assert.Equal((2 / 3.0 * 3 + 1 / 2.0) / 4, matrix.FrequencyWeightedIoU(), 1e-12);
    }

    [Fact]
    public void A_class_predicted_but_never_true_counts_with_zero()
    {
        var matrix = new ConfusionMatrix(2);
        matrix.Add([0, 0], [0, 1], null);

        Assert.Equal([0.5, 0.0], matrix.ClassIoU());
        Assert.Equal([0.5, null], matrix.ClassAccuracies());
        Assert.Equal(0.25, matrix.MeanIoU());
        Assert.Equal(0.5, matrix.MeanIoUOfShownClasses());
    }

    [Fact]
    public void Adding_matrices_is_adding_their_images()
    {
        var random = new Random(4);
        var (whole, sum) = (new ConfusionMatrix(5), new ConfusionMatrix(5));
        for (var image = 0; image < 4; image++)
        {
            var truth = Enumerable.Range(0, 500).Select(_ => (byte)random.Next(6)).ToArray();
            var prediction = Enumerable.Range(0, 500).Select(_ => (byte)random.Next(5)).ToArray();
            whole.Add(truth, prediction, 5);
            var own = new ConfusionMatrix(5);
            own.Add(truth, prediction, 5);
            sum.Add(own);
        }

        for (var pair = 0; pair < 25; pair++)
            Assert.Equal(whole[pair / 5, pair % 5], sum[pair / 5, pair % 5]);
        Assert.Throws<ArgumentException>(() => whole.Add(new ConfusionMatrix(4)));
    }

    [Fact]
    public void An_id_out_of_range_is_refused_and_nothing_is_counted()
    {
        var matrix = new ConfusionMatrix(3);

        Assert.Throws<ArgumentException>(() => matrix.Add([0, 3], [0, 0], 9));
        Assert.Throws<ArgumentException>(() => matrix.Add([0, 0], [0, 3], null));
        Assert.Throws<ArgumentException>(() => matrix.Add([0, 0], [0], null));

        Assert.Equal(0, matrix.Total);
        Assert.True(double.IsNaN(matrix.PixelAccuracy()));
        Assert.True(double.IsNaN(matrix.MeanIoU()));
    }

    [Fact]
    public void An_ignore_id_among_the_classes_is_left_out_too()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Add([0, 2, 2], [0, 1, 2], 2);

        Assert.Equal(1, matrix.Total);
        Assert.Equal(0, matrix[2, 1]);
    }
}
