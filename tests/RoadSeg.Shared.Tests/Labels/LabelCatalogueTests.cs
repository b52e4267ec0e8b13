using System.Text.Json;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Labels;

public class LabelCatalogueTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly LabelClass Road = new(0, "road", new RgbColor(128, 64, 128));

    [Fact]
    public void Survives_its_json_form()
    {
        var json = JsonSerializer.Serialize(new LabelCatalogue([Road, new(1, "sky", new RgbColor(0, 0, 255))], 255), Web);

        var read = JsonSerializer.Deserialize<LabelCatalogue>(json, Web)!;

        Assert.Equal("""{"classes":[{"id":0,"name":"road","color":"#804080"},{"id":1,"name":"sky","color":"#0000ff"}],"ignoreId":255}""", json);
        Assert.Equal(json, JsonSerializer.Serialize(read, Web));
    }

    [Fact]
    public void Ids_out_of_order_are_refused() =>
        Refused([new(1, "road", Road.Color)], null, "entry 0 has id 1");

    [Fact]
    public void Two_classes_of_one_name_are_refused() =>
        Refused([Road, new(1, "road", new RgbColor(1, 1, 1))], null, "Two classes are named 'road'");

    [Fact]
    public void Two_classes_of_one_colour_are_refused() =>
        Refused([Road, new(1, "sky", Road.Color)], null, "Two classes have the colour #804080");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(256)]
    public void An_ignore_id_that_is_a_class_or_no_byte_is_refused(int ignoreId) => Refused([Road], ignoreId, $"ignore id {ignoreId}");

    [Fact]
    public void No_class_and_more_than_255_are_refused()
    {
        Refused([], null, "not 0");
        Refused([.. Enumerable.Range(0, 256).Select(id => new LabelClass(id, $"{id}", new RgbColor((byte)id, 0, 1)))], null, "not 256");
    }

    [Theory]
    [InlineData("804080")]
    [InlineData("#80408")]
    [InlineData("#80408g")]
    [InlineData("# 80408")]
    [InlineData("")]
    public void A_text_that_is_no_colour_is_refused(string text) => Assert.Throws<FormatException>(() => RgbColor.Parse(text));

    private static void Refused(IReadOnlyList<LabelClass> classes, int? ignoreId, string because) =>
        Assert.Contains(because, Assert.Throws<ArgumentException>(() => new LabelCatalogue(classes, ignoreId)).Message, StringComparison.Ordinal);
}
