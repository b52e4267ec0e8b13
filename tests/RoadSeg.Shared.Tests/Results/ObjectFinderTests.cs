using RoadSeg.Errors;
using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

public sealed class ObjectFinderTests
{
    [Fact]
    public void Every_pixel_of_any_mask_is_in_one_object_of_its_class()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (width, height) = (1 + (seed * 7 % 23), 1 + (seed * 5 % 19));
            var ids = Masks.Random(width, height, 1 + (seed % 4), 1 + (seed % 3), seed);

            var objects = ObjectFinder.Find(ids, width, height, new RegionOptions { MinArea = 1 + (seed % 9), MaxPolygons = 1 + (seed % 5) });

            var painted = new int[ids.Length];
            Array.Fill(painted, -1);
            foreach (var one in objects)
            {
                Assert.Equal(one.Area, one.Runs.Sum(static run => run.End - run.Start));
                Assert.Equal(one.Runs.OrderBy(static run => run.Row).ThenBy(static run => run.Start), one.Runs);
                Assert.All(one.Runs, run => Assert.True(run.Start >= one.Box.Left && run.End <= one.Box.Right && run.Row >= one.Box.Top && run.Row < one.Box.Bottom));
                foreach (var at in one.Runs.SelectMany(run => Enumerable.Range((run.Row * width) + run.Start, run.End - run.Start)))
                {
                    Assert.Equal(-1, painted[at]);
                    painted[at] = one.ClassId;
                }
            }

            Assert.Equal(ids.Select(static id => (int)id), painted);
        }
    }

    [Fact]
    public void Large_regions_are_objects_with_outlines_and_what_is_left_of_a_class_is_one_without()
    {
        var (ids, width) = Masks.Of(
            "0011100",
            "1011101",
            "0011100",
            "1000001");

        var objects = ObjectFinder.Find(ids, width, 4, new RegionOptions { MinArea = 5 });

        Assert.Equal([(0, 15L, true), (1, 9L, true), (1, 4L, false)], objects.Select(static one => (one.ClassId, one.Area, one.Outline is not null)));
        Assert.Equal((2, 0, 5, 3), objects[1].Box);
        Assert.Equal((0, 1, 7, 4), objects[2].Box);
        Assert.Equal(9.0, objects[1].Outline!.SignedArea);
    }

    [Fact]
    public void The_mean_of_a_plane_is_that_over_the_objects_pixels()
    {
        var (ids, width) = Masks.Of("0110", "0010");

        var one = ObjectFinder.Find(ids, width, 2, new RegionOptions { MinArea = 1 }).Single(static one => one.ClassId == 1);

        Assert.Equal(20.0, one.MeanOf([255, 10, 20, 255, 255, 255, 30, 255], width));
    }

    [Fact]
    public void Noise_is_refused_and_a_size_that_is_not_the_masks_too()
    {
        var ids = Masks.Random(64, 64, 2, 1, 3);

        Assert.Equal(ErrorCodes.MaskTooComplex, Assert.Throws<RoadSegException>(() => ObjectFinder.Find(ids, 64, 64, new RegionOptions { MaxRuns = 100 })).Code);
        Assert.Throws<ArgumentException>(() => ObjectFinder.Find(ids, 64, 63, new RegionOptions()));
    }
}
