using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;

namespace RoadSeg.Tests.Datasets;

public sealed class ReportPageTests : IDisposable
{
    private readonly Drop drop = new() { Spec = Drop.Of("pairs", new SplitSpec { Train = 1, Val = 0, Test = 0 }, new LabelSpec { Classes = [new("<script>alert(1)</script>"), new("car")] }) with { Patterns = new("images/{id}.{ext}", "labels/{id}.png"), Licence = "<b>x</b>" } };

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task It_shows_samples_and_findings_asks_nothing_of_a_network_and_escapes_names()
    {
        for (var i = 0; i < 30; i++)
            drop.Image($"images/<img src=x onerror=y>{i}.png").Ids($"labels/<img src=x onerror=y>{i}.png", Drop.Halves(0, i % 2));
        drop.Image("images/alone&.png");

        var set = await drop.CuratedAsync();

        var page = File.ReadAllText(Path.Combine(set.Folder, DatasetCurator.PageFile));
        Assert.Equal(drop.Options.SamplesShown, Count(page, "<figure>"));
        Assert.Equal(2 * drop.Options.SamplesShown, Count(page, "src=\"data:image/"));
        Assert.Contains("images/alone&amp;.png", page, StringComparison.Ordinal);
        Assert.Contains(set.Version, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>x</b>", page, StringComparison.Ordinal);
        foreach (var link in new[] { "http:", "https:", "//", "url(", "@import", "<link", "<iframe" })
            Assert.DoesNotContain(link, page.Replace("base64,//", "", StringComparison.Ordinal).Split("base64,").Select(part => part.Contains('"', StringComparison.Ordinal) ? part[part.IndexOf('"', StringComparison.Ordinal)..] : part).Aggregate(string.Concat), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_file_survives_reading_and_writing_and_faults_are_all_in_their_list()
    {
        for (var i = 0; i < 3; i++)
            drop.Image($"images/{i}.png").Ids($"labels/{i}.png", Drop.Halves(0, 1));
        for (var i = 0; i < 300; i++)
            drop.Bytes($"images/x{i}.png", [1]).Bytes($"labels/x{i}.png", [1]);

        var set = await drop.CuratedAsync();

        var bytes = File.ReadAllBytes(Path.Combine(set.Folder, DatasetReport.FileName));
        var report = DatasetReport.FromJson(bytes);
        Assert.Equal(bytes, report.ToJson());
        Assert.Equal((300L, 200), (report.Faults[0].Count, report.Faults[0].Examples.Count));
        Assert.Equal(300, File.ReadLines(Path.Combine(set.Folder, DatasetCurator.FaultsFile)).Count());
        Assert.Contains("\"kind\": \"image-unreadable\"", System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
