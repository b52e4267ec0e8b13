using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Tests.Datasets;

public sealed class DatasetFileTests
{
    // The command line has no live model to ask: it takes the input of the one that ships.
    [Fact]
    public async Task A_set_that_asks_for_no_size_has_that_of_the_model_that_ships_and_its_report_says_so()
    {
        var shipped = ModelManifestJson.Parse(File.ReadAllBytes(Checkout.File("models/default/manifest.json")));
        using var drop = new Drop { Spec = Drop.Of("camvid") with { Target = null } };
        drop.Image("train/d_1.png").Ids("trainannot/d_1.png", Drop.Halves(0, 5));

        var report = await drop.CheckAsync();

        Assert.Equal(shipped.Preprocess, DatasetSpec.ShippedInput);
        Assert.Equal(shipped.Preprocess, report.Target);
        Assert.Contains(report.Notes, note => note.Contains("640x480", StringComparison.Ordinal) && note.Contains("\"target\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_members_are_enough_and_the_rest_has_defaults()
    {
        var spec = Parse("""{"name":"city","layout":"cityscapes"}""");

        Assert.Null(spec.Target);
        Assert.Equal((0.8, 0.1, 0.1, 1L, SplitSource.Auto), (spec.Split.Train, spec.Split.Val, spec.Split.Test, spec.Split.Seed, spec.Split.By));
        Assert.Equal(0.1, spec.MaxUnknownShare);
    }

    [Fact]
    public void Everything_survives_reading_and_writing()
    {
        const string Json = """
            {"schemaVersion":1,"name":"a-1","layout":"pairs","patterns":{"image":"i/{id}.png","mask":"m/{id}.png"},
             "labels":{"classes":[{"name":"road","color":"#010203"},{"name":"car"}],"encoding":"color","map":{"#ff0000":"road","1,2,3":"ignore"},"reduceLabels":true,"overlap":["a"]},
             "target":{"mode":"keep-aspect","width":480,"height":360,"multipleOf":8},"split":{"by":"seed","seed":7,"train":0.5,"val":0.5,"test":0,"group":"^(a)"},
             "maxUnknownShare":0.25,"licence":"x","train":{"recipe":"camvid-r18"}}
            """;

        var spec = Parse(Json);

        Assert.Equal(DatasetSpecJson.Serialize(spec), DatasetSpecJson.Serialize(Parse(Encoding.UTF8.GetString(DatasetSpecJson.Serialize(spec)))));
        Assert.Equal("camvid-r18", spec.Train!.Value.GetProperty("recipe").GetString());
        Assert.Equal((ResizeMode.KeepAspect, "^(a)", "ignore"), (spec.Target!.Mode, spec.Split.Group, spec.Labels!.Map!["1,2,3"].GetString()));
    }

    [Theory]
    [InlineData("", "breaks its form")]
    [InlineData("null", "is null")]
    [InlineData("""{"layout":"camvid"}""", "name")]
    [InlineData("""{"name":"A","layout":"camvid"}""", "is not 1 to 63")]
    [InlineData("""{"name":"../x","layout":"camvid"}""", "is not 1 to 63")]
    [InlineData("""{"name":"a","layout":"camvid","lables":{}}""", "lables")]
    [InlineData("""{"name":"a","layout":"camvid","schemaVersion":2}""", "schemaVersion 2")]
    [InlineData("""{"name":"a","layout":"camvid","target":{"mode":"stretch","width":8,"height":256}}""", "16 to 4096")]
    [InlineData("""{"name":"a","layout":"camvid","split":{"train":0.9}}""", "add up to 1.1")]
    [InlineData("""{"name":"a","layout":"camvid","split":{"by":2}}""", "breaks its form")]
    [InlineData("""{"name":"a","layout":"camvid","maxUnknownShare":2}""", "0 to 1")]
    [InlineData("""{"name":"a","name":"b","layout":"camvid"}""", "breaks its form")]
    public void What_cannot_be_meant_is_refused_by_name(string json, string message)
    {
        var refusal = Assert.Throws<RoadSegException>(() => Parse(json));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("a")]
    [InlineData("(?<=x)(a)")]
    public async Task A_group_pattern_that_is_broken_matches_nothing_or_could_run_away_is_refused(string pattern)
    {
        using var drop = new Drop();
        drop.Image("train/a_1.png").Ids("trainannot/a_1.png", Drop.Halves(0, 1));

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("camvid", new SplitSpec { Group = pattern })));

        Assert.Contains("split.group", refusal.Message, StringComparison.Ordinal);
    }

    // It ended the check by a NotSupportedException: automata have a limit.
    [Fact]
    public async Task A_pattern_too_long_to_be_matched_is_refused_in_words()
    {
        using var drop = new Drop();
        drop.Image("train/a_1.png").Ids("trainannot/a_1.png", Drop.Halves(0, 1));
        var spec = Drop.Of("pairs", labels: new LabelSpec { Classes = [new("road"), new("car")], Encoding = MaskEncoding.Id }) with { Patterns = new PatternSpec("{id}.png", new string('y', 70_000)) };

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(spec));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains("70000 characters is too long", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 200);
    }

    private static DatasetSpec Parse(string json) => DatasetSpecJson.Parse(Encoding.UTF8.GetBytes(json));
}
