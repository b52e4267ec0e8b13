using RoadSeg.Jobs;
using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

public sealed class ConfidenceFloorTests
{
    [Fact]
    public void Pixels_below_the_floor_of_their_class_become_unknown()
    {
        byte[] ids = [0, 0, 1, 1, 2, 2, 3];

        new ConfidenceFloor([0.6, 0, null, 1]).Apply(ids, [152, 153, 0, 2, 254, 255, 254]);

        byte unknown = JobReview.UnknownId;
        Assert.Equal([unknown, 0, 1, 1, unknown, unknown, unknown], ids);
    }

    [Fact]
    public void A_share_that_is_a_whole_sample_keeps_that_sample()
    {
        for (var sample = 0; sample <= 255; sample++)
        {
            byte[] ids = [0];
            new ConfidenceFloor([sample / 255.0]).Apply(ids, [(byte)sample]);
            Assert.Equal(0, ids[0]);
        }
    }

    [Fact]
    public void A_plane_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => new ConfidenceFloor([0.5]).Apply(new byte[3], new byte[4]));

    [Fact]
    public void A_summary_of_what_is_left_counts_the_rest_as_unknown()
    {
        var summary = new ResultSummary
        {
            Width = 4,
            Height = 1,
            Model = new JobResult(1, "m", "1", "", "cpu"),
            Input = new JobInput(4, 1),
            Present = [0, 1],
            Classes =
            [
                new ClassShare(0, "sky", default, 2, 0.5, 0.9),
                new ClassShare(1, "road", new(1, 2, 3), 2, 0.5, 0.9),
            ],
        };

        var left = summary.Above([255, 0, 255, 255], [10, 102, 10, 10], [0.4, null]);

        Assert.Equal((1, 0.25, 0.4), (left.Classes[0].Pixels, left.Classes[0].Share, left.Classes[0].MeanConfidence!.Value));
        Assert.Equal((0, 0.0, (double?)null), (left.Classes[1].Pixels, left.Classes[1].Share, left.Classes[1].MeanConfidence));
        Assert.Equal([0], left.Present!);
        Assert.Equal((3, 0.75), (left.Unknown!.Pixels, left.Unknown.Share));
        Assert.Equal([KeyValuePair.Create("sky", 0.4)], left.Unknown.MinConfidence);
    }
}
