using RoadSeg.Evaluation;

namespace RoadSeg.Tests.Evaluation;

public sealed class PrecisionByConfidenceTests
{
    private const byte Ignored = 9;

    [Fact]
    public void The_lowest_confidence_is_found_from_which_on_enough_pixels_are_right()
    {
        // Of the surest 10 all are right, of the next 10 nine, of the last 10 none.
        var counts = new PrecisionByConfidence(2);
        byte[] truth = [.. Repeat(1, 19), .. Repeat(0, 11)];
        counts.Add(truth, [.. Repeat(1, 30)], [.. Repeat(250, 10), .. Repeat(200, 10), .. Repeat(100, 10)], Ignored);

        var (at95, at96, at100) = (counts.From(0.95)[1]!, counts.From(0.96)[1]!, counts.From(1)[1]!);

        // The wrong ones lie in the step of 100 to 103: the next one's middle is 106. Below 200 to 203 it is 206 of the next.
        Assert.Equal(0.4156, at95.From);
        Assert.Equal(2.0 / 3, at95.Share, 1e-12);
        Assert.Equal((0.8078, 0.8078), (at96.From, at100.From));
        Assert.Equal(1.0 / 3, at100.Share, 1e-12);
        Assert.Null(counts.From(0.95)[0]);
    }

    [Fact]
    public void What_is_found_keeps_the_step_that_it_is_of_and_no_lower_one()
    {
        for (var step = 0; step < 64; step++)
        {
            var counts = new PrecisionByConfidence(2);
            counts.Add([0, Ignored, 0], [0, 0, 0], [(byte)(4 * step), 255, (byte)((4 * step) + 3)], Ignored);
            if (step > 0)
                counts.Add([1], [0], [(byte)((4 * step) - 1)], Ignored);
            var from = counts.From(1)[0]!.From!.Value;
            Assert.True((4 * step) + 2 >= 255 * from, $"step {step}: {from}");
            Assert.True(step == 0 || (4 * step) - 2 < 255 * from, $"step {step}: {from}");
        }
    }

    [Fact]
    public void A_class_that_is_never_right_enough_has_no_such_confidence()
    {
        var counts = new PrecisionByConfidence(2);
        counts.Add([0, 0], [1, 1], [255, 3], null);

        Assert.Equal(new CertainPixels(null, 0), counts.From(0.95)[1]);
    }

    [Fact]
    public void Planes_of_other_lengths_are_refused() =>
        Assert.Throws<ArgumentException>(() => new PrecisionByConfidence(1).Add([0], [0], [1, 2], null));

    private static IEnumerable<byte> Repeat(byte value, int times) => Enumerable.Repeat(value, times);
}
