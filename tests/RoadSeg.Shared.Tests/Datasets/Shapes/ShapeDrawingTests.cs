using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;
using RoadSeg.Results;
using RoadSeg.Tests.Results;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>The rules by which shapes become pixels, each on a picture that a person can check.</summary>
public sealed class ShapeDrawingTests
{
    [Fact]
    public void A_pixel_is_inside_when_its_centre_is()
    {
        Assert.Equal(
            [
                "......",
                ".1111.",
                ".1111.",
                "......",
            ],
            Drawing.Rows(6, 4, Drawing.Box(1, 0.6, 1.4, 5.4, 2.6)));
    }

    [Fact]
    public void A_centre_on_the_outline_is_inside_at_the_left_and_top_and_outside_at_the_right_and_bottom()
    {
        Assert.Equal(
            [
                "....",
                ".11.",
                ".11.",
                "....",
            ],
            Drawing.Rows(4, 4, Drawing.Box(1, 1.5, 1.5, 3.5, 3.5)));
    }

    [Fact]
    public void Shapes_that_share_borders_leave_no_gap_and_no_overlap()
    {
        // A fan of triangles about a point, whose borders run through pixel centres and between them in every direction.
        for (var seed = 0; seed < 200; seed++)
        {
            var lot = new Random(seed);
            var step = seed % 2 == 0 ? 0.5 : 0.001;
            double Any(int size) => Math.Round(lot.NextDouble() * size / step) * step;
            var (x, y) = (Any(40), Any(30));
            double[] border = [0, 0, Any(40), 0, 40, 0, 40, Any(30), 40, 30, Any(40), 30, 0, 30, 0, Any(30)];
            var fan = Enumerable.Range(0, 8).Select(i => (Shape)Drawing.Ring(i, x, y, border[2 * i], border[(2 * i) + 1], border[(2 * i + 2) % 16], border[(2 * i + 3) % 16])).ToArray();

            var values = Drawing.Paint(40, 30, Drawing.AsWritten, out var painted, fan);

            Assert.DoesNotContain(Drawing.Nothing, values);
            Assert.Equal(0, painted.Overlapped);
        }
    }

    [Fact]
    public void Holes_are_cut_out_and_parts_lie_apart()
    {
        Assert.Equal(
            [
                "11111.22",
                "1...1.22",
                "1.3.1...",
                "1...1.22",
                "11111.22",
            ],
            Drawing.Rows(
                8,
                5,
                Drawing.Of(1, new ShapePart([0, 0, 5, 0, 5, 5, 0, 5], [[1, 1, 4, 1, 4, 4, 1, 4]])),
                Drawing.Of(2, ShapePart.Of([6, 0, 8, 0, 8, 2, 6, 2]), ShapePart.Of([6, 3, 8, 3, 8, 5, 6, 5])),
                Drawing.Box(3, 2, 2, 3, 3)));
    }

    [Fact]
    public void Parts_that_overlap_are_one_shape_and_a_hole_cuts_its_own_part_alone()
    {
        Assert.Equal(
            [
                "1111.",
                "1111.",
                "1111.",
            ],
            Drawing.Rows(5, 3, Drawing.Of(1, new ShapePart([0, 0, 3, 0, 3, 3, 0, 3], [[1, 1, 2, 1, 2, 2, 1, 2]]), ShapePart.Of([1, 0, 4, 0, 4, 3, 1, 3]))));
    }

    [Fact]
    public void What_an_outline_goes_round_twice_is_not_filled_and_is_reported()
    {
        // A ring that runs through its middle twice, as pycocotools, Pillow and OpenCV fill it.
        double[] twice = [0, 0, 48, 0, 48, 48, 12, 48, 12, 12, 36, 12, 36, 36, 0, 36];

        var values = Drawing.Paint(48, 48, Drawing.AsWritten, out var painted, Drawing.Ring(1, twice));

        Assert.Equal($"{new string('1', 12)}{new string('.', 24)}{new string('1', 12)}", Drawing.Rows(values, 48)[24]);
        Assert.Equal(["Shape 1"], painted.Crossing);
    }

    [Fact]
    public void An_outline_in_the_form_of_an_eight_fills_both_halves_and_is_reported()
    {
        var values = Drawing.Paint(40, 20, Drawing.AsWritten, out var painted, Drawing.Ring(1, 0, 0, 40, 20, 40, 0, 0, 20));

        Assert.InRange(values.Count(value => value == 1), 390, 410);
        Assert.Equal(["Shape 1"], painted.Crossing);
    }

    [Fact]
    public void Simple_outlines_are_never_taken_for_crossing_ones()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var lot = new Random(seed);
            var points = 3 + lot.Next(40);
            double[] star = [.. Enumerable.Range(0, points).Select(i => (Turn: Math.Tau * i / points, Radius: 2 + lot.Next(48))).SelectMany(to => (double[])[50 + (Math.Cos(to.Turn) * to.Radius), 50 + (Math.Sin(to.Turn) * to.Radius)])];

            Drawing.Paint(100, 100, Drawing.AsWritten, out var painted, Drawing.Ring(1, star));

            // The points stand at equal angles, each seen from the middle: no side crosses another.
            Assert.Empty(painted.Crossing);
        }
    }

    [Fact]
    public void Coordinates_that_name_pixels_draw_those_pixels_and_the_lines_between_them()
    {
        Assert.Equal(
            [
                ".......",
                ".11111.",
                "..111..",
                "...1...",
                ".......",
            ],
            Drawing.Rows(7, 5, Drawing.Pixels(1, 1, 1, 5, 1, 3, 3)));
        Assert.Equal(["11", "11"], Drawing.Rows(2, 2, Drawing.Pixels(1, 0, 0, 1, 0, 1, 1, 0, 1)));
    }

    [Fact]
    public void A_hole_of_named_pixels_takes_its_outline_with_it()
    {
        var shape = Drawing.Of(1, new ShapePart([0, 0, 4, 0, 4, 4, 0, 4], [[1, 1, 3, 1, 3, 3, 1, 3]])) with { Points = PointMeaning.Pixel };

        Assert.Equal(["11111", "1...1", "1...1", "1...1", "11111"], Drawing.Rows(5, 5, shape));
    }

    [Fact]
    public void Percent_and_shares_are_of_the_picture()
    {
        var half = Drawing.Ring(1, 0, 0, 50, 0, 50, 100, 0, 100);

        Assert.Equal(["11..", "11.."], Drawing.Rows(4, 2, half with { Unit = PointUnit.Percent }));
        Assert.Equal(["11..", "11.."], Drawing.Rows(4, 2, Drawing.Ring(1, 0, 0, 0.5, 0, 0.5, 1, 0, 1) with { Unit = PointUnit.Fraction }));
    }

    [Fact]
    public void What_lies_outside_is_cut_off_where_it_lies_and_counted()
    {
        var values = Drawing.Paint(
            6,
            4,
            Drawing.AsWritten,
            out var painted,
            Drawing.Ring(1, -8, -8, 4, -8, 4, 12, -8, 12),
            Drawing.Box(2, 4, 0, 6.4, 4.4),
            Drawing.Box(3, 100, 100, 200, 200),
            Drawing.Ring(4, 1, 1, 1e7, 1e7, 1, 2));

        Assert.Equal("1111", Drawing.Rows(values, 6)[0][..4]);
        Assert.Equal((3, 1e7 - 4), (painted.Clipped, painted.Farthest));
        Assert.DoesNotContain(3, values);

        // Cut off at the border, and not bent to it: the slanted side keeps its slope.
        Assert.Equal(["1111", ".111", "..11", "...1"], Drawing.Rows(4, 4, Drawing.Ring(1, -4, -4, 20, -4, 20, 20)));
    }

    [Theory]
    [InlineData(false, "112211")]
    [InlineData(true, "112211")]
    public void Equal_shapes_lie_as_they_were_written(bool largerFirst, string row)
    {
        var rules = largerFirst ? Drawing.LargerFirst : Drawing.AsWritten;

        var values = Drawing.Paint(6, 1, rules, Drawing.Box(1, 0, 0, 6, 1), Drawing.Box(3, 2, 0, 4, 1), Drawing.Box(2, 2, 0, 4, 1));

        Assert.Equal([row], Drawing.Rows(values, 6));
    }

    [Fact]
    public void Larger_shapes_lie_below_smaller_ones_whatever_order_they_were_written_in()
    {
        Shape[] shapes = [Drawing.Box(3, 2, 2, 4, 4), Drawing.Box(1, 0, 0, 6, 6), Drawing.Box(2, 1, 1, 5, 5)];

        var values = Drawing.Paint(6, 6, Drawing.LargerFirst, out var painted, shapes);

        Assert.Equal(["111111", "122221", "123321", "123321", "122221", "111111"], Drawing.Rows(values, 6));
        Assert.Equal(16, painted.Overlapped);
        Assert.Equal("122221", Drawing.Rows(Drawing.Paint(6, 6, Drawing.AsWritten, shapes), 6)[2]);
    }

    [Fact]
    public void The_tools_own_order_counts_before_that_in_which_shapes_were_written_and_the_users_before_both()
    {
        Shape[] shapes = [Drawing.Box(1, 0, 0, 4, 1) with { Order = 2 }, Drawing.Box(2, 1, 0, 3, 1) with { Order = -1 }];

        Assert.Equal(["1111"], Drawing.Rows(Drawing.Paint(4, 1, Drawing.AsWritten, shapes), 4));
        Assert.Equal(["1221"], Drawing.Rows(Drawing.Paint(4, 1, Drawing.AsWritten with { Ranks = new Dictionary<int, int> { [1] = 0, [2] = 1 } }, shapes), 4));
        Assert.Equal(["1111"], Drawing.Rows(Drawing.Paint(4, 1, Drawing.LargerFirst with { Ranks = new Dictionary<int, int> { [1] = 0 } }, shapes), 4));
    }

    [Fact]
    public void Shapes_of_one_label_do_not_overlap_each_other()
    {
        Drawing.Paint(6, 1, Drawing.AsWritten, out var painted, Drawing.Box(1, 0, 0, 4, 1), Drawing.Box(1, 2, 0, 6, 1), Drawing.Box(1, 0, 0, 6, 1));

        Assert.Equal(0, painted.Overlapped);
    }

    [Fact]
    public void Run_lengths_are_drawn_along_rows_or_down_columns_and_cut_off_at_the_border()
    {
        RunShape runs = new(1, 0, "Runs", 1, 1, 3, 2, OfPicture: false, ByColumn: false, [1, 3, 1, 1]);
        Assert.Equal([".....", "..11.", ".1.1."], Drawing.Rows(5, 3, runs));
        Assert.Equal([".....", "..1..", ".11.."], Drawing.Rows(5, 3, runs with { Counts = [1, 3, 2] , ByColumn = true }));

        var values = Drawing.Paint(3, 2, Drawing.AsWritten, out var painted, runs with { Left = 2, Top = -1, Counts = [0, 6] });
        Assert.Equal(["..1", "..."], Drawing.Rows(values, 3));
        Assert.Equal((1, 2), (painted.Clipped, painted.Farthest));
    }

    [Fact]
    public void Run_lengths_of_a_picture_of_another_size_are_odd_and_the_other_shapes_are_drawn()
    {
        RunShape runs = new(1, 0, "Annotation 7", 0, 0, 3, 2, OfPicture: true, ByColumn: true, [6]);

        var values = Drawing.Paint(4, 2, Drawing.LargerFirst, out var painted, runs, Drawing.Box(2, 0, 0, 4, 2));

        Assert.Equal(["2222", "2222"], Drawing.Rows(values, 4));
        Assert.Equal([("Annotation 7", "its run lengths are of 3 x 2 pixels and the picture has 4 x 2.")], painted.Odd);
    }

    [Fact]
    public void Noise_of_a_million_points_is_refused_before_it_takes_minutes()
    {
        // Each side crosses the picture from top to bottom.
        double[] zigzag = [.. Enumerable.Range(0, ShapeLimits.MaxPoints).SelectMany(i => (double[])[i % 997, i % 2 * 1000])];

        var refusal = Assert.Throws<RoadSegException>(() => Drawing.Paint(1000, 1000, Drawing.AsWritten, Drawing.Ring(1, zigzag)));

        Assert.Equal(ErrorCodes.MaskTooComplex, refusal.Code);
    }

    [Fact]
    public void Of_a_mask_our_polygons_drawn_again_give_every_pixel_back()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (width, height) = (1 + (seed * 7 % 53), 1 + (seed * 5 % 47));
            var ids = Masks.Random(width, height, 1 + (seed % 5), 1 + (seed % 4), seed);

            var values = Drawing.Paint(width, height, Drawing.LargerFirst, out var painted, Polygons(Masks.Regions(ids, width, new RegionOptions { MinArea = 1 })));

            Assert.Equal(ids.Select(id => (int)id), values);
            Assert.Equal((0L, 0, 0), (painted.Overlapped, painted.Clipped, painted.Crossing.Count));
        }
    }

    [Fact]
    public void Shapes_that_were_put_aside_come_back_as_they_were()
    {
        Shape[] shapes =
        [
            Drawing.Of(7, new ShapePart([0.1, double.Epsilon, -1e7, 1e7, 3, 4], [[1, 2, 3, 4, 5, 6]]), ShapePart.Of([9, 8, 7, 6, 5, 4])) with { Order = -3, Unit = PointUnit.Percent, Points = PointMeaning.Pixel },
            new RunShape(-5, 2, "Größe 7", -1, 2, 3, 4, true, false, [0, 128, 70_000, int.MaxValue]),
            new BrushShape(1, 0, "", 3, 4, [0, 255, 7]),
        ];

        foreach (var shape in shapes)
            Assert.Equal(ShapeForm.Write(shape), ShapeForm.Write(ShapeForm.Read(ShapeForm.Write(shape))));
        var outline = Assert.IsType<OutlineShape>(ShapeForm.Read(ShapeForm.Write(shapes[0])));
        Assert.Equal([-3, 7, 2], [outline.Order, outline.Key, outline.Parts.Count]);
        Assert.Equal([1, 2, 3, 4, 5, 6], outline.Parts[0].Holes[0]);
    }

    private static Shape[] Polygons(MaskRegions regions) =>
        [.. regions.Classes.SelectMany(label => label.Polygons.Select(polygon => Drawing.Of(label.Id, new ShapePart(Points(polygon.Coordinates[0]), [.. polygon.Coordinates.Skip(1).Select(Points)]))))];

    private static double[] Points(Ring ring) => [.. Enumerable.Range(0, ring.Count).SelectMany(i => (double[])[ring[i].X, ring[i].Y])];
}
