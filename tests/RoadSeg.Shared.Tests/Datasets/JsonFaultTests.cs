using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Tests.Datasets;

/// <summary>JSON that a person wrote is refused in words for that person: "JSON deserialization for type 'RoadSeg.Datasets.DatasetSpec' was missing required properties" was shown.</summary>
public sealed partial class JsonFaultTests
{
    [Theory]
    [InlineData("""{"name":"a"}""", "it has no \"layout\".")]
    [InlineData("""{"name":"a","layout":"camvid","lables":{}}""", "\"lables\" in line 1 is no member that is known here")]
    [InlineData("{\"name\":\"a\",\n\"layout\":7}", "\"layout\" in line 2 is no text.")]
    [InlineData("{\"name\":\"a\",\n\n\"layout\":null}", "\"layout\" in line 3 is null")]
    [InlineData("""{"name":"a","name":"b","layout":"camvid"}""", "\"name\" in line 1 is given twice.")]
    [InlineData("""{"name":"a","layout":"camvid","seed":1}""", "\"seed\"")]
    [InlineData("""{"name":"a","layout":"camvid","split":{"seed":1.5}}""", "\"split.seed\" in line 1 is no whole number")]
    [InlineData("""{"name":"a","layout":"camvid","split":{"by":"drive"}}""", "\"split.by\" in line 1 is no word of auto, layout, seed.")]
    [InlineData("""{"name":"a","layout":"camvid","split":{"train":"x"}}""", "\"split.train\" in line 1 is no number.")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"reduceLabels":1}}""", "\"labels.reduceLabels\" in line 1 is no true or false.")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"encoding":"rgb"}}""", "is no word of color, id.")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"classes":{}}}""", "\"labels.classes\" in line 1 is no list.")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"map":[]}}""", "\"labels.map\" in line 1 is no object.")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"classes":[{"color":"#000000"}]}}""", "\"labels.classes[0]\" in line 1 has no \"name\".")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"classes":[{"name":"x","color":"red"}]}}""", "'red' is not a colour")]
    [InlineData("""{"name":"a","layout":"camvid","labels":{"classes":[{"name":null}]}}""", "\"labels.classes[0].name\" in line 1 is null")]
    [InlineData("""{"name":"a","layout":"camvid","patterns":{"image":"x"}}""", "\"patterns\" in line 1 has no \"mask\".")]
    [InlineData("", "it is no JSON in line 1: it is empty.")]
    [InlineData("{", "it is cut short")]
    [InlineData("{\"name\":\"a", "it is cut short")]
    [InlineData("{\"name\":\"a\",}", "a comma stands before a closing bracket.")]
    [InlineData("{\"name\":\"a\",\n'layout':1}", "it is no JSON in line 2: ''' does not belong there.")]
    [InlineData("{\"name\":\"a\",\"layout\":\"camvid\"} x", "something stands behind its end.")]
    [InlineData("{\"name\":\"a\",\"layout\":\"\u0001\"}", "does not belong there.")]
    [InlineData("{\"name\":NaN}", "'N' does not belong there.")]
    [InlineData("[]", "it is no object")]
    [InlineData("""{"name":"a","layout":"camvid","train":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}""", "too many brackets")]
    [InlineData("""{"name":"\ud800","layout":"camvid"}""", "\"name\" in line 1 is no text.")]
    public void A_description_is_refused_with_the_member_the_line_and_what_belongs_there(string json, string said)
    {
        var refusal = Assert.Throws<RoadSegException>(() => DatasetSpecJson.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        IsForPeople(refusal.Message);
    }

    [Fact]
    public void Other_encodings_are_named()
    {
        foreach (var bytes in (byte[][])[Encoding.Unicode.GetBytes("""{"name":"a","layout":"camvid"}"""), [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{}")], [.. "{\"name\":\""u8, 0xE4, .. "\"}"u8]])
        {
            var refusal = Assert.Throws<RoadSegException>(() => DatasetSpecJson.Parse(bytes));

            IsForPeople(refusal.Message);
        }
    }

    [Fact]
    public void Long_and_odd_member_names_are_shown_short_and_plain()
    {
        var error = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Dictionary<string, int>>($$"""{"{{new string('x', 5000)}}\u0007":"y"}"""));

        var said = JsonFault.Of(error);

        Assert.True(said.Length < 250, said);
        Assert.DoesNotContain(said, char.IsControl);
    }

    [Fact]
    public void A_description_without_a_name_takes_the_one_that_its_folder_has()
    {
        var json = """{"layout":"camvid"}"""u8;

        Assert.Equal("city", DatasetSpecJson.Parse(json, "city").Name);
        Assert.Equal("own", DatasetSpecJson.Parse("""{"layout":"camvid","name":"own"}"""u8, "city").Name);
        Assert.Contains("no \"name\"", Assert.Throws<RoadSegException>(() => DatasetSpecJson.Parse("""{"layout":"camvid"}"""u8)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"privacy":"everything"}""", "\"privacy\" in line 1 is no word of no-location, redact.")]
    [InlineData("""{"resumable":1}""", "\"resumable\" in line 1 is no true or false.")]
    [InlineData("""{"fileName":1}""", "\"fileName\" in line 1 is no text.")]
    [InlineData("""{"tags":[]}""", "\"tags\" in line 1 is no object.")]
    public void Of_a_member_that_is_set_when_a_record_is_made_it_says_what_belongs_there(string json, string said) =>
        Assert.Equal(said, JsonFault.Of(Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, JobJson.Default.UploadRequest))));

    /// <summary>No word of the reader's own.</summary>
    // What stands in quotes is the person's own.
    internal static void IsForPeople(string message) =>
        Assert.All((string[])["System.", "RoadSeg.", "BytePosition", "LineNumber", "deserialization", ".NET", "Path: ", "$.", "`1"], word => Assert.DoesNotContain(word, Quoted().Replace(message, ""), StringComparison.Ordinal));

    [GeneratedRegex("'[^']*'")]
    private static partial Regex Quoted();
}
