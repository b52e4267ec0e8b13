using RoadSeg.Errors;
using RoadSeg.Inference;

namespace RoadSeg.Tests.Inference;

public class LogitsUpsamplerTests
{
    [Fact]
    public void Random_shapes_agree_with_the_reference()
    {
        var random = new Random(20250117);
        long pixels = 0;
        long differing = 0;
        for (var round = 0; round < 200; round++)
        {
            var classes = random.Next(1, 41);
            var (height, width) = (random.Next(1, 24), random.Next(1, 40));
            var (outputWidth, outputHeight) = (random.Next(1, 90), random.Next(1, 50));
            var logits = Noise(random, classes * height * width, random.Next(1, 30));

            var map = LogitsUpsampler.Upsample(logits, classes, height, width, outputWidth, outputHeight, random.Next(0, 3));

            differing += new ReferenceUpsampling(logits, classes, height, width, outputWidth, outputHeight).Check(map);
            pixels += outputWidth * outputHeight;
            AssertTotals(map, classes);
        }

        Assert.True(differing <= pixels / 10_000, $"{differing} of {pixels} pixels differ.");
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 1, 1, 9, 5)]
    [InlineData(255, 3, 5, 40, 24)]
    [InlineData(4, 16, 16, 16, 16)]
    [InlineData(4, 64, 64, 3, 2)]
    [InlineData(7, 1, 100, 1, 100)]
    [InlineData(11, 60, 80, 481, 359)]
    public void Edge_shapes_agree_with_the_reference(int classes, int height, int width, int outputWidth, int outputHeight)
    {
        var logits = Noise(new Random(3), classes * height * width, 12);

        var map = LogitsUpsampler.Upsample(logits, classes, height, width, outputWidth, outputHeight);

        new ReferenceUpsampling(logits, classes, height, width, outputWidth, outputHeight).Check(map);
        AssertTotals(map, classes);
    }

    [Fact]
    public void Ties_go_to_the_lowest_class_id()
    {
        var map = LogitsUpsampler.Upsample(new float[5 * 4 * 4], 5, 4, 4, 30, 30);

        Assert.All(map.ClassIds, id => Assert.Equal(0, id));
        Assert.All(map.Confidence!, confidence => Assert.Equal(51, confidence));
    }

    [Fact]
    public void A_certain_pixel_has_full_confidence_and_logits_far_apart_do_not_overflow()
    {
        var map = LogitsUpsampler.Upsample([-1e29f, 1e29f, 0f], 3, 1, 1, 4, 4);

        Assert.All(map.ClassIds, id => Assert.Equal(1, id));
        Assert.All(map.Confidence!, confidence => Assert.Equal(255, confidence));
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.NaN, 37)]
    [InlineData(float.NaN, 74)]
    [InlineData(float.PositiveInfinity, 11)]
    [InlineData(float.NegativeInfinity, 74)]
    public void One_logit_that_is_not_finite_fails_the_result(float value, int at)
    {
        var logits = Noise(new Random(1), 3 * 5 * 5, 5);
        logits[at] = value;

        var error = Assert.Throws<RoadSegException>(() => LogitsUpsampler.Upsample(logits, 3, 5, 5, 20, 20));

        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        var logits = Noise(new Random(5), 6 * 20 * 30, 8);

        var one = LogitsUpsampler.Upsample(logits, 6, 20, 30, 333, 222, threads: 1);
        var many = LogitsUpsampler.Upsample(logits, 6, 20, 30, 333, 222, threads: 7);

        Assert.Equal(one.ClassIds, many.ClassIds);
        Assert.Equal(one.Confidence, many.Confidence);
        Assert.Equal(one.Summarize(TinyModels.Labels(6)), many.Summarize(TinyModels.Labels(6)));
    }

    [Fact]
    public void Powers_of_two_are_accurate_to_a_millionth()
    {
        var x = new float[8];
        for (var value = -126f; value <= 0; value += 0.000737f * 8)
        {
            for (var i = 0; i < 8; i++)
                x[i] = Math.Min(0, value + (i * 0.000737f));
            var powers = Exp2.OfNonPositive(System.Runtime.Intrinsics.Vector256.Create(x));
            for (var i = 0; i < 8; i++)
                Assert.Equal(1, powers[i] / Math.Pow(2, x[i]), 1e-6);
        }
    }

    [Fact]
    public void A_result_of_more_pixels_than_an_array_holds_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LogitsUpsampler.Upsample([0f], 1, 1, 1, 65_536, 65_536));

    [Theory]
    [InlineData(7, 5, 4, 33, 21)]
    [InlineData(3, 40, 30, 19, 17)]
    public void The_probability_of_a_class_that_is_asked_for_is_softmax_and_classes_that_are_one_add_up(int classes, int height, int width, int outputWidth, int outputHeight)
    {
        var random = new Random(5);
        var logits = new float[classes * height * width];
        foreach (ref var logit in logits.AsSpan())
            logit = (float)((random.NextDouble() * 12) - 6);
        byte[] Asked(int id, int[] classOf) => LogitsUpsampler.Upsample(logits, classes, height, width, outputWidth, outputHeight, 2, new AskedClasses([.. Enumerable.Repeat((byte)id, outputWidth * outputHeight)], classOf)).Asked!;
        int[] own = [.. Enumerable.Range(0, classes)];

        var each = own.Select(id => Asked(id, own)).ToList();
        var map = LogitsUpsampler.Upsample(logits, classes, height, width, outputWidth, outputHeight);
        var joined = Asked(9, [9, 9, .. Enumerable.Repeat(-1, classes - 2)]);

        Assert.Null(map.Asked);
        for (var i = 0; i < map.ClassIds.Length; i++)
        {
            Assert.InRange(each.Sum(plane => plane[i]), 255 - classes, 255 + classes);
            Assert.InRange(each[map.ClassIds[i]][i] - map.Confidence![i], -1, 1);
            Assert.InRange(joined[i] - each[0][i] - each[1][i], -1, 1);
        }

        Assert.All(Asked(200, own), probability => Assert.Equal(0, probability));
        Assert.Throws<ArgumentException>(() => LogitsUpsampler.Upsample(logits, classes, height, width, outputWidth, outputHeight, 1, new AskedClasses([0], own)));
    }

    [Fact]
    public void A_wrong_number_of_logits_is_refused() =>
        Assert.Throws<ArgumentException>(() => LogitsUpsampler.Upsample(new float[10], 3, 2, 2, 4, 4));

    private static float[] Noise(Random random, int length, double spread)
    {
        var values = new float[length];
        for (var i = 0; i < length; i++)
            values[i] = (float)((random.NextDouble() - 0.5) * spread);
        return values;
    }

    private static void AssertTotals(ClassMap map, int classes)
    {
        var summary = map.Summarize(TinyModels.Labels(classes));
        Assert.Equal((long)map.Width * map.Height, summary.Sum(entry => entry.Pixels));
        Assert.Equal(1, summary.Sum(entry => entry.Share), 1e-9);
        var (pixels, sums) = (new long[classes], new long[classes]);
        for (var i = 0; i < map.ClassIds.Length; i++)
        {
            pixels[map.ClassIds[i]]++;
            sums[map.ClassIds[i]] += map.Confidence![i];
        }

        Assert.Equal(pixels, summary.Select(entry => entry.Pixels));
        Assert.Equal(
            pixels.Zip(sums).Select(count => count.First == 0 ? (double?)null : count.Second / (255.0 * count.First)),
            summary.Select(entry => entry.MeanConfidence));
    }
}
