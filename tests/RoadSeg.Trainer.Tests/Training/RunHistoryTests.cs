using RoadSeg.Trainer.Metrics;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>A history that follows its file. The fault: every telling of a run read all of its metrics again.</summary>
public sealed class RunHistoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Metrics => _folder["metrics.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_file_read_in_pieces_cut_anywhere_says_at_each_cut_what_it_says_read_at_once(int seed)
    {
        var random = new Random(seed);
        var text = string.Concat(Enumerable.Range(1, 60).Select(i => Line(random, i)))
            + """{"kind":"steps","step":610,"loss":1,"rate":0.01}""" + "\n"
            + """{"kind":"evaluation","step":620,"epoch":62,"trainLoss":2,"accuracy":0.6,"classAccuracy":0.4,"meanIou":0.5}""" + "\n";
        var history = new MetricsHistory();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(random.Next(1, 120), text.Length - at);
            File.AppendAllText(Metrics, text.AsSpan(at, length));
            at += length;
            history.ReadOn(Metrics);
            AssertSame(MetricsHistory.Read(Metrics), history);
        }

        Assert.NotEmpty(history.Steps);
        Assert.NotEmpty(history.Evaluations);
    }

    [Fact]
    public void A_line_cut_short_counts_once_it_is_whole_and_only_once()
    {
        var history = new MetricsHistory();
        foreach (var (piece, steps) in new[] { ("""{"kind":"steps","step":10,"lo""", 0), ("""ss":2,"rate":0.01}""", 1), ("\n", 1), ("""{"kind":"steps",""", 1) })
        {
            File.AppendAllText(Metrics, piece);
            history.ReadOn(Metrics);
            history.ReadOn(Metrics);
            Assert.Equal(steps, history.Steps.Count);
        }

        // A kill left it cut: the next attempt begins a line of its own.
        File.AppendAllText(Metrics, "\n" + """{"kind":"start","step":0,"total":40,"floorAccuracy":0.5,"floorMeanIou":0.2}""" + "\n");
        history.ReadOn(Metrics);
        Assert.Equal((40, 0), (history.Total, history.Steps.Count));
    }

    [Fact]
    public void What_was_read_is_not_read_again_and_a_file_that_is_shorter_is_read_anew()
    {
        const string Ten = """{"kind":"steps","step":10,"loss":2,"rate":0.01}""" + "\n";
        var history = new MetricsHistory();
        history.ReadOn(Metrics);
        File.WriteAllText(Metrics, Ten);
        history.ReadOn(Metrics);

        File.WriteAllText(Metrics, new string('x', Ten.Length - 1) + "\n" + Ten.Replace("10", "20", StringComparison.Ordinal));
        history.ReadOn(Metrics);
        Assert.Equal([10L, 20], history.Steps.Select(step => step.Step));

        File.WriteAllText(Metrics, Ten.Replace("10", "30", StringComparison.Ordinal));
        history.ReadOn(Metrics);
        Assert.Equal([30L], history.Steps.Select(step => step.Step));
    }

    private static string Line(Random random, int i) => random.Next(8) switch
    {
        0 => $$"""{"kind":"start","step":{{random.Next(i * 10)}},"total":{{random.Next(1000)}},"floorAccuracy":0.5,"floorMeanIou":0.2}""" + "\n",
        1 or 2 => $$"""{"kind":"evaluation","step":{{i * 10}},"epoch":{{i}},"trainLoss":2,"accuracy":0.6,"classAccuracy":0.4,"meanIou":0.{{random.Next(10)}}}""" + "\n",
        3 => new[] { "\n", """{"kind":"steps","st""" + "\n", "12\n", "{}\n", """{"kind":"start","step":5}""" + "\n", "\r\n", "é\n" }[random.Next(7)],
        _ => $$"""{"kind":"steps","step":{{i * 10}},"loss":{{random.Next(9)}},"rate":0.01}""" + "\n",
    };

    private static void AssertSame(MetricsHistory whole, MetricsHistory followed)
    {
        Assert.Equal(whole.Steps, followed.Steps);
        Assert.Equal(whole.Evaluations, followed.Evaluations);
        Assert.Equal(
            (whole.Total, whole.FloorAccuracy, whole.FloorMeanIou, whole.LastStep), (followed.Total, followed.FloorAccuracy, followed.FloorMeanIou, followed.LastStep));
    }
}
