using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Capture;
using RoadSeg.Clips;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Work;

namespace RoadSeg.Tests.Clips;

public sealed class TimelineTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Timeline Sample = new()
    {
        FileName = "drive.mp4",
        Clip = new ClipFacts(ClipContainer.Mp4, "h264", 1920, 1080, 2.04, 25, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), 123_456),
        EverySeconds = 1,
        Model = "camvid-mnv2",
        ModelVersion = "20260301T120000Z-c4eaab0f",
        Classes = [new LabelClass(0, "road", RgbColor.Parse("#804080")), new LabelClass(1, "=sky, \"blue\"", RgbColor.Parse("#808080"))],
        Frames =
        [
            new TimelineFrame(0, 0, JobStates.Name(JobState.Succeeded), null, WorkId.ForDrop("uploads", "clip/1.jpg", "0x8DA"), [0.75, 0.25],
                new Captured("2026-03-01T12:00:00.000", "+00:00", new CapturedPosition(-33.85868333, 151.21436667, 58.3), new CapturedDirection(271.5, CapturedNorth.True), null)),
            new TimelineFrame(1, 1.04, JobStates.Name(JobState.Failed), "internal", null, null, new Captured("2026-03-01T12:00:01.040", "+00:00", null, null, null)),
        ],
        Findings = [new ClipFinding(ClipFindingKind.EndsEarly, "The video ends early.")],
    };

    [Fact]
    public void The_form_of_a_timeline_is_pinned()
    {
        var json = JsonNode.Parse(JsonSerializer.Serialize(Sample, TimelineJson.Default.Timeline))!.ToJsonString(Readable) + "\n";
        var file = Checkout.File("tests/contracts/clip-timeline.json");
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            File.WriteAllText(file, json);

        Assert.Equal(File.ReadAllText(file), json);
        var read = JsonSerializer.Deserialize(json, TimelineJson.Default.Timeline)!;
        Assert.Equal(Sample.Clip, read.Clip);
        Assert.Equal(Sample.Frames[0].Captured, read.Frames[0].Captured);
    }

    [Fact]
    public void The_table_has_a_row_a_frame_a_column_a_class_and_no_cell_that_a_spreadsheet_runs()
    {
        var rows = Encoding.UTF8.GetString(TimelineCsv.Write(Sample)).Split("\r\n");

        Assert.Equal("frame,seconds,time,latitude,longitude,altitude,heading,state,code,job,road,\"'=sky, \"\"blue\"\"\"", rows[0]);
        Assert.Equal($"0,0,2026-03-01T12:00:00.000+00:00,-33.85868333,151.21436667,58.3,271.5,succeeded,,{Sample.Frames[0].Job},0.75,0.25", rows[1]);
        Assert.Equal("1,1.04,2026-03-01T12:00:01.040+00:00,,,,,failed,internal,,,", rows[2]);
        Assert.Equal("", rows[3]);
    }

    [Fact]
    public void Options_outside_their_ranges_are_refused_where_they_are_set()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipOptions { Every = TimeSpan.FromSeconds(0.09) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipOptions { Every = TimeSpan.FromSeconds(61) });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipOptions { Frames = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipOptions { Frames = 3001 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipOptions { MemoryMebibytes = 100 });
        Assert.Equal(TimeSpan.FromMinutes(5), new ClipOptions().Reach);
        Assert.Equal(TimeSpan.FromHours(4), new ClipOptions { Every = TimeSpan.FromMinutes(1), Frames = 3000 }.Reach);
    }
}
