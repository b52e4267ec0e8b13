using System.Text.Json.Nodes;
using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

/// <summary>Against what Label Studio's own encoder wrote: tests/golden/label-studio/brush.json.</summary>
public sealed class BrushEncoderTests
{
    public static TheoryData<string> Cases() => [.. Golden().Select(one => (string)one["name"]!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_bytes_are_those_of_the_tool(string name)
    {
        var golden = Golden().Single(one => (string)one["name"]! == name);
        var (width, height) = ((int)golden["width"]!, (int)golden["height"]!);
        var rows = golden["rows"]?.AsArray();
        var runs = rows is null
            ? Runs([.. golden["mask"]!.AsArray().Select(row => (string)row!)])
            : [.. rows.SelectMany(part => Enumerable.Range((int)part![0]!, (int)part[1]! - (int)part[0]!)).Select(row => new MaskRun(row, 0, width))];

        var encoded = BrushEncoder.Encode(runs, width, height);

        // The tool adds a byte of zeros where the stream ends with a byte.
        var expected = golden["rle"]!.AsArray().Select(value => (byte)(int)value!).ToArray();
        Assert.Equal(expected[..encoded.Length], encoded);
        Assert.All(expected[encoded.Length..], static left => Assert.Equal(0, left));
        Assert.InRange(expected.Length - encoded.Length, 0, 1);
    }

    private static MaskRun[] Runs(string[] rows) =>
    [
        .. rows.SelectMany((row, y) => Enumerable.Range(0, row.Length)
            .Where(x => row[x] == '#' && (x == 0 || row[x - 1] != '#'))
            .Select(x => new MaskRun(y, x, x + row[x..].TakeWhile(static c => c == '#').Count()))),
    ];

    private static List<JsonObject> Golden() =>
        [.. JsonNode.Parse(File.ReadAllText(Checkout.File("tests/golden/label-studio/brush.json")))!["cases"]!.AsArray().Select(one => one!.AsObject())];
}
