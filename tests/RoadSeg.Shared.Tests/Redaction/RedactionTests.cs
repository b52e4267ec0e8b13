using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Redaction;

namespace RoadSeg.Tests.Redaction;

/// <summary>Which classes are obscured, how far, and what is left of a file.</summary>
public sealed class RedactionTests
{
    private static readonly RedactionRule Plain = new() { Margin = 0, LeastMargin = 0, Probability = 1 };

    [Theory]
    [InlineData("sky road car pedestrian bicyclist", null, "car pedestrian bicyclist")]
    [InlineData("road person rider motorcycle train wall", null, "person rider motorcycle train")]
    [InlineData("human--person--individual object--vehicle--on-rails nature--sky", null, "human--person--individual object--vehicle--on-rails")]
    [InlineData("Car-1 Pedestrian-2 Small-vehicles-3 RD-normal-street", null, "Car-1 Pedestrian-2 Small-vehicles-3")]
    [InlineData("sky road car pedestrian bicyclist", "people", "pedestrian")]
    [InlineData("sky road car pedestrian bicyclist", "truck", "car")]
    [InlineData("sky car truck pedestrian", "truck,sky", "sky truck")]
    [InlineData("class-0 class-1 Class_2", "class-1,class-2", "class-1 Class_2")]
    [InlineData("sky car pedestrian sign-symbol", "default,sign-symbol", "car pedestrian sign-symbol")]
    public void Classes_are_known_by_their_names(string classes, string? asked, string expected) =>
        Assert.Equal(expected.Split(' '), RedactedClasses.Of("m", Labels(classes), asked?.Split(',')).Select(label => label.Name));

    /// <summary>A model whose people have no name that is known left them visible, and the job said that it was redacted.</summary>
    [Theory]
    [InlineData("sky car sign-symbol", "people")]
    [InlineData("sky pedestrian", "vehicles")]
    public void A_model_without_people_or_without_vehicles_redacts_by_names_of_its_own_alone(string classes, string missing)
    {
        var refused = Assert.Throws<RoadSegException>(() => RedactedClasses.Of("m", Labels(classes), null));

        Assert.Equal("redaction-unavailable", refused.Code.Code);
        Assert.Contains($"knows nothing of {missing};", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("default")]
    [InlineData("car")]
    [InlineData("sky,plate")]
    public void What_a_model_knows_nothing_of_is_refused_and_never_left_out(string? asked)
    {
        var refused = Assert.Throws<RoadSegException>(() => RedactedClasses.Of("m", Labels("sky road"), asked?.Split(',')));

        Assert.Equal(ErrorCodes.RedactionUnavailable, refused.Code);
        Assert.Contains("sky, road", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void An_area_is_as_wide_as_its_margin_on_all_sides_and_no_wider(int margin)
    {
        const int Width = 61, Height = 37;
        var (random, ids) = (new Random(margin), new byte[Width * Height]);
        for (var i = 0; i < 12; i++)
            ids[random.Next(ids.Length)] = 1;

        var area = RedactedArea.Of(Seen(ids, Width, Height), [Labels("sky car").Classes[1]], Plain with { LeastMargin = margin });

        var expected = new byte[ids.Length];
        for (var at = 0; at < ids.Length; at++)
        {
            for (var y = Math.Max(0, (at / Width) - margin); ids[at] == 1 && y <= Math.Min(Height - 1, (at / Width) + margin); y++)
            {
                for (var x = Math.Max(0, (at % Width) - margin); x <= Math.Min(Width - 1, (at % Width) + margin); x++)
                    expected[(y * Width) + x] = 255;
            }
        }

        Assert.Equal(expected, area.Pixels);
        Assert.Equal((margin, expected.Count(pixel => pixel != 0)), (area.Margin, area.Count));
    }

    [Fact]
    public void A_pixel_counts_by_the_mask_or_by_its_probability()
    {
        var seen = Seen([0, 0, 0, 1], 4, 1) with { Asked = [0, 12, 13, 5] };

        var area = RedactedArea.Of(seen, [Labels("sky car").Classes[1]], Plain with { Probability = 0.05 });

        Assert.Equal(new byte[] { 0, 0, 255, 255 }, area.Pixels);
    }

    [Fact]
    public void The_probability_of_all_classes_to_be_obscured_is_one_sum()
    {
        var labels = Labels("sky car rider");
        float[] logits = [1, 2, 0, 0.5f, 0, 0, 2, 1, 1, 0, 1, 3];

        var asked = LogitsUpsampler.Upsample(logits, 3, 2, 2, 8, 8, 1, RedactedArea.Asked([.. labels.Classes.Skip(1)], labels)).Asked!;
        var other = LogitsUpsampler.Upsample(logits, 3, 2, 2, 8, 8, 1, new AskedClasses(new byte[64], [-1, 0, 0])).Asked!;

        Assert.Equal(other, asked);
        Assert.True(asked.Distinct().Count() > 5);
    }

    [Theory]
    [InlineData("jpg", 6, ImageFormat.Jpeg)]
    [InlineData("png", 1, ImageFormat.Png)]
    [InlineData("webp", 1, ImageFormat.WebP)]
    public void A_redacted_photo_is_upright_says_nothing_of_itself_and_is_grey_where_it_is_obscured(string format, int orientation, ImageFormat expected)
    {
        var upright = Photos.Upright();
        var file = format == "jpg" ? Photos.Oriented(upright, orientation) : Photos.File(upright, format, orientation);
        var area = new byte[upright.Width * upright.Height];
        area.AsSpan(0, area.Length / 2).Fill(255);

        var (made, becomes) = RedactedPhoto.Of(file, ImageProbe.Read(file, new ImageLimits()), area);

        Assert.Equal(expected, becomes);
        var header = ImageProbe.Read(made, new ImageLimits());
        Assert.Equal((expected, upright.Width, upright.Height, 1), (header.Format, header.Width, header.Height, header.Orientation));
        Assert.Equal(-1, made.AsSpan().IndexOf("Exif"u8));
        var pixels = Photos.Decode(made).Pixels;
        var rows = upright.Height / 2;
        Assert.All(pixels.AsSpan(0, 3 * upright.Width * (rows - 16)).ToArray(), level => Assert.InRange(level, RedactedPhoto.Cover - 2, RedactedPhoto.Cover + 2));
        if (expected == ImageFormat.Png)
            Assert.Equal(upright.Pixels.AsSpan(3 * area.Length / 2), pixels.AsSpan(3 * area.Length / 2));
        Assert.Throws<ArgumentException>(() => RedactedPhoto.Of(file, ImageProbe.Read(file, new ImageLimits()), area.AsSpan(1)));
    }

    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(JobPrivacy.NoLocation, null, "redact,no-location", null)]
    [InlineData(JobPrivacy.Redact, "sky", "redact", "default,sky")]
    [InlineData(JobPrivacy.Redact, null, "redact", null)]
    public void What_a_deployment_demands_can_be_added_to_and_not_be_taken_away(JobPrivacy? asked, string? classes, string? expected, string? redact)
    {
        var policy = new PrivacyPolicy(JobPrivacy.Redact);
        var (privacy, names) = policy.Of(asked, classes?.Split(','));

        Assert.Equal((expected ?? "redact", redact), (privacy?.Name(), names is null ? null : string.Join(',', names)));
        Assert.Equal(names ?? [], policy.Of(privacy, names).Redact ?? []);
        Assert.Equal(["car"], (new PrivacyPolicy(JobPrivacy.Redact, ["car"])).Of(null, null).Redact);
        Assert.Equal(asked, new PrivacyPolicy().Of(asked, null).Privacy);
    }

    [Theory]
    [InlineData("no-location", JobPrivacy.NoLocation)]
    [InlineData("redact", JobPrivacy.Redact)]
    [InlineData("no-location, redact", JobPrivacy.NoLocation | JobPrivacy.Redact)]
    [InlineData("redact,redact", null)]
    [InlineData("", null)]
    [InlineData("3", null)]
    public void Wishes_are_words_with_commas(string text, JobPrivacy? expected) => Assert.Equal(expected, JobPrivacies.Parse(text));

    private static LabelCatalogue Labels(string names) =>
        new([.. names.Split(' ').Select((name, id) => new LabelClass(id, name, new RgbColor((byte)id, 0, 0)))], null);

    private static SegmentationResult Seen(byte[] ids, int width, int height) => new(width, height, ids, null, [], new SegmentationTimings(default, default));
}
