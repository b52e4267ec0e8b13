using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

public sealed class MaskPolygonTests
{
    private static readonly RegionOptions Everything = new() { MinArea = 1 };

    [Fact]
    public void Filling_the_rings_of_any_mask_gives_the_mask_back()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var (width, height) = (1 + (seed * 7 % 23), 1 + (seed * 5 % 19));
            var ids = Masks.Random(width, height, 1 + (seed % 4), 1 + (seed % 3), seed);
            Check(ids, width, Masks.Regions(ids, width, Everything), seed);
        }
    }

    [Fact]
    public void A_region_that_meets_itself_at_a_corner_closes_a_hole_there()
    {
        var (ids, width) = Masks.Of(
            "111",
            "101",
            "110");

        var region = Assert.Single(Masks.Regions(ids, width, Everything).Classes[1].Polygons);

        Assert.Equal(7, region.Area);
        Assert.Equal([8.0, -1.0], region.Coordinates.Select(r => r.SignedArea));
    }

    [Fact]
    public void Regions_that_touch_at_a_corner_only_are_two()
    {
        var (ids, width) = Masks.Of(
            "100",
            "010",
            "001");

        var regions = Masks.Regions(ids, width, Everything);

        Assert.Equal(3, regions.Classes.Single(c => c.Id == 1).Polygons.Count);
        Assert.Equal([3L, 3L], regions.Classes.Single(c => c.Id == 0).Polygons.Select(p => p.Area));
    }

    [Fact]
    public void A_square_is_four_corners_in_the_documented_order_and_its_box()
    {
        var (ids, width) = Masks.Of(
            "00000",
            "00110",
            "00110",
            "00000");

        var regions = Masks.Regions(ids, width, Everything);

        var square = Assert.Single(regions.Classes[1].Polygons);
        Assert.Equal([2, 1, 2, 2], square.Bbox);
        Assert.Equal([(2, 1), (4, 1), (4, 3), (2, 3)], Corners(Assert.Single(square.Coordinates)));
        var around = Assert.Single(regions.Classes[0].Polygons);
        Assert.Equal([(0, 0), (5, 0), (5, 4), (0, 4)], Corners(around.Coordinates[0]));
        Assert.Equal(-4, around.Coordinates[1].SignedArea);
    }

    [Fact]
    public void Regions_below_the_minimum_area_have_no_polygon_and_are_counted_all_the_same()
    {
        var ids = Masks.Random(60, 40, 3, 2, 5);
        var (region, count) = Masks.Flood(ids, 60);
        var large = Enumerable.Range(0, count).Count(i => region.Count(r => r == i) >= 16);

        var regions = Masks.Regions(ids, 60, new RegionOptions { MinArea = 16 });

        Assert.Equal(large, regions.Classes.Sum(c => c.Polygons.Count));
        Assert.InRange(large, 1, count - 1);
        Assert.Equal(ids.Length, regions.Classes.Sum(c => c.Pixels));
        Assert.False(regions.Truncated);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_simplified_outline_stays_within_the_tolerance(double tolerance)
    {
        var ids = Disc(400, 180);
        var exact = Masks.Regions(ids, 400, Everything).Classes[1].Polygons[0].Coordinates[0];

        var simple = Masks.Regions(ids, 400, new RegionOptions { Tolerance = tolerance }).Classes[1].Polygons[0];

        Assert.True(simple.Coordinates[0].Count < exact.Count);
        Assert.All(Corners(exact), corner => Assert.InRange(Distance(corner, simple.Coordinates[0]), 0, tolerance + 1e-9));
        Assert.Equal(ids.Count(id => id == 1), simple.Area);
    }

    [Fact]
    public void Simplifying_leaves_out_holes_that_vanish_but_no_region()
    {
        var ids = new byte[30 * 30];
        ids[(12 * 30) + 14] = 1;

        var regions = Masks.Regions(ids, 30, new RegionOptions { MinArea = 1, Tolerance = 5 });

        Assert.Single(Assert.Single(regions.Classes[0].Polygons).Coordinates);
        Assert.Equal(4, Assert.Single(Assert.Single(regions.Classes[1].Polygons).Coordinates).Count);
    }

    [Fact]
    public void Too_many_polygons_are_cut_to_the_largest_and_the_answer_says_so()
    {
        var ids = Masks.Random(200, 200, 5, 2, 1);

        var regions = Masks.Regions(ids, 200, new RegionOptions { MinArea = 1, MaxPolygons = 10 });

        var all = Masks.Regions(ids, 200, Everything).Classes.SelectMany(c => c.Polygons).Select(p => p.Area).OrderDescending().Take(10);
        Assert.True(regions.Truncated);
        Assert.Equal(all, regions.Classes.SelectMany(c => c.Polygons).Select(p => p.Area).OrderDescending());
        Assert.Equal(ids.Length, regions.Classes.Sum(c => c.Pixels));
    }

    [Fact]
    public void A_region_with_too_many_corners_is_left_out_and_the_answer_says_so()
    {
        // A comb of 200 teeth above a plain bar.
        var ids = new byte[401 * 20];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = (byte)(i / 401 >= 12 ? 2 : i / 401 == 9 || (i / 401 < 9 && i % 401 % 2 == 1) ? 1 : 0);

        var regions = Masks.Regions(ids, 401, new RegionOptions { MaxVertices = 100 });

        Assert.True(regions.Truncated);
        Assert.Empty(regions.Classes[1].Polygons);
        Assert.Single(regions.Classes[2].Polygons);
        Assert.Equal(ids.Count(id => id == 1), regions.Classes[1].Pixels);
    }

    [Fact]
    public void A_checkerboard_of_12_megapixels_is_refused_before_it_takes_memory()
    {
        var ids = new byte[4000 * 3000];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = (byte)(((i / 4000) + i) & 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<RoadSegException>(() => Masks.Regions(ids, 4000, new RegionOptions()));

        Assert.Equal(ErrorCodes.MaskTooComplex, error.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
    }

    [Fact]
    public void Stripes_that_run_along_the_rows_are_refused_like_those_along_the_columns()
    {
        var columns = new byte[3000 * 1000];
        for (var i = 0; i < columns.Length; i++)
            columns[i] = (byte)(i / 3000 & 1);

        Assert.Equal(
            ErrorCodes.MaskTooComplex,
            Assert.Throws<RoadSegException>(() => Masks.Regions(columns, 3000, new RegionOptions())).Code);
    }

    [Fact]
    public void The_answer_survives_json_and_rings_are_closed_there()
    {
        var ids = Masks.Random(40, 30, 4, 3, 9);
        var regions = Masks.Regions(ids, 40, Everything);

        var json = JsonSerializer.SerializeToUtf8Bytes(regions, ResultJson.Plain.MaskRegions);

        Check(ids, 40, JsonSerializer.Deserialize(json, ResultJson.Default.MaskRegions)!, 0);
        using var document = JsonDocument.Parse(json);
        var ring = document.RootElement.GetProperty("classes")[0].GetProperty("polygons")[0].GetProperty("coordinates")[0];
        Assert.Equal(ring[0].ToString(), ring[ring.GetArrayLength() - 1].ToString());
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("[[0,0],[1,0],[1,1],[0,1]]", ResultJson.Default.GetTypeInfo(typeof(Ring))!));
    }

    private static void Check(byte[] ids, int width, MaskRegions regions, int seed)
    {
        var height = ids.Length / width;
        var (region, count) = Masks.Flood(ids, width);
        var covered = new int[ids.Length];
        var polygons = 0;
        foreach (var label in regions.Classes)
        {
            foreach (var polygon in label.Polygons)
            {
                polygons++;
                var inside = Masks.Fill(polygon, width, height);
                var pixels = Enumerable.Range(0, ids.Length).Where(i => inside[i]).ToArray();
                Assert.All(pixels, i => Assert.True(ids[i] == label.Id, $"seed {seed}: pixel {i} is not of class {label.Id}"));
                Assert.Single(pixels.Select(i => region[i]).Distinct());
                Assert.Equal(polygon.Area, pixels.Length);
                Assert.Equal(polygon.Area, polygon.Coordinates.Sum(ring => ring.SignedArea));
                Assert.True(polygon.Coordinates[0].SignedArea > 0 && polygon.Coordinates.Skip(1).All(ring => ring.SignedArea < 0), $"seed {seed}: turns");
                var (left, top) = (pixels.Min(i => i % width), pixels[0] / width);
                Assert.Equal([left, top, pixels.Max(i => i % width) + 1 - left, (pixels[^1] / width) + 1 - top], polygon.Bbox);
                Assert.All(polygon.Coordinates, ring => CheckRing(ring, seed));
                foreach (var i in pixels)
                    covered[i]++;
            }
        }

        Assert.Equal(count, polygons);
        Assert.All(covered, times => Assert.Equal(1, times));
    }

    // Every side turns from the one before it, and no corner comes twice.
    private static void CheckRing(Ring ring, int seed)
    {
        Assert.Equal(ring.Count, Corners(ring).Distinct().Count());
        for (var i = 0; i < ring.Count; i++)
        {
            var (a, b, c) = (ring[i], ring[(i + 1) % ring.Count], ring[(i + 2) % ring.Count]);
            Assert.True((a.X == b.X && b.Y == c.Y && a.Y != b.Y) || (a.Y == b.Y && b.X == c.X && a.X != b.X), $"seed {seed}: {a} {b} {c}");
        }
    }

    private static IEnumerable<(int X, int Y)> Corners(Ring ring) => Enumerable.Range(0, ring.Count).Select(i => ring[i]);

    private static byte[] Disc(int side, int radius)
    {
        var ids = new byte[side * side];
        for (var i = 0; i < ids.Length; i++)
        {
            var (x, y) = ((i % side) - (side / 2), (i / side) - (side / 2));
            ids[i] = (byte)((x * x) + (y * y) < radius * radius ? 1 : 0);
        }

        return ids;
    }

    private static double Distance((int X, int Y) point, Ring ring) => Enumerable.Range(0, ring.Count).Min(i =>
    {
        var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
        double dx = b.X - a.X, dy = b.Y - a.Y;
        var share = Math.Clamp((((point.X - a.X) * dx) + ((point.Y - a.Y) * dy)) / ((dx * dx) + (dy * dy)), 0, 1);
        return double.Hypot(point.X - a.X - (share * dx), point.Y - a.Y - (share * dy));
    });
}
