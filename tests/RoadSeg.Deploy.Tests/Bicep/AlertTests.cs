using System.Globalization;
using System.Text.RegularExpressions;
using RoadSeg.Storage;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>Alerts ask for what the app sends, in the form in which it arrives, and docs say which there are.</summary>
public sealed partial class AlertTests
{
    private static readonly BicepFile File = BicepFile.Of("infra/azure/modules/alerts.bicep");
    private static readonly MatchCollection Alerts = Alert().Matches(File.Text);

    [Fact]
    public void They_ask_for_metrics_codes_and_queues_that_the_app_has()
    {
        var sources = string.Concat(Tree.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && (file.StartsWith("functions/", StringComparison.Ordinal) || file.StartsWith("shared/", StringComparison.Ordinal))).Select(file => Tree.Read(file)));

        var asked = Regex.Matches(File.Text, "\"((?:roadseg|error)\\.[\\w.]+|attempts-exhausted|failed)\"").Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(asked.Count >= 8);
        Assert.All(asked.Where(name => name is not "failed"), name => Assert.Contains($"\"{name}\"", sources, StringComparison.Ordinal));

        // What people wait for: the lines of bulk photos, data sets and trainings may be long.
        var queues = Regex.Match(File.Text, @"\[""roadseg.queue""\]\) in \(([^)]+)\)").Groups[1].Value.Split(',').Select(name => name.Trim(' ', '"'));
        Assert.Equal([Queues.UploadsCreated, Queues.SegmentationJobs], queues);
    }

    [Fact]
    public void They_read_what_the_exporter_fills_in_and_counters_as_what_was_new()
    {
        Assert.Equal(Regex.Count(File.Text, "^    query:", RegexOptions.Multiline), Alerts.Count);
        Assert.All(Alerts, alert => Assert.DoesNotMatch(@"\b(Min|Max)\b", alert.Groups["query"].Value));

        // Only deltas can be added up, and without a word an exporter sends totals.
        Assert.Contains("var metricTemporality = empty(otlpEndpoint) ? 'delta' : 'cumulative'", BicepFile.Of("infra/azure/stack.bicep").Code, StringComparison.Ordinal);
        foreach (var module in (string[])["functions", "trainer"])
            Assert.Contains("{ name: 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', value: metricTemporality }", BicepFile.Of($"infra/azure/modules/{module}.bicep").Code, StringComparison.Ordinal);
    }

    [Fact]
    public void Docs_list_exactly_those_there_are_with_their_severities_windows_metrics_and_thresholds()
    {
        var rows = Tree.Read("docs", "operate.md").Split("## Alerts")[1].Split("\n### ")[0].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();

        Assert.Equal(Alerts.Select(alert => $"`{alert.Groups["name"].Value}`"), rows.Select(row => row[1]));
        foreach (var (alert, row) in Alerts.Zip(rows))
        {
            Assert.Equal(alert.Groups["severity"].Value, row[2]);
            Assert.Equal(System.Xml.XmlConvert.ToTimeSpan(alert.Groups["window"].Value), Time(row[3]));

            var query = alert.Groups["query"].Value;
            Assert.Equal(Sorted(MetricName().Matches(query)), Sorted(MetricName().Matches(row[4])));
            Assert.Equal(Sorted(Comparison().Matches(query)), Sorted(Comparison().Matches(row[4])));
            Assert.All(Queues.All.Where(queue => query.Contains($"\"{queue}\"", StringComparison.Ordinal)), queue => Assert.Contains($"`{queue}`", row[4], StringComparison.Ordinal));
            Assert.All(Regex.Matches(row[4], "`([a-z]+-[a-z-]+)`"), quoted => Assert.Contains($"\"{quoted.Groups[1].Value}\"", query, StringComparison.Ordinal));
        }

        Assert.Contains("evaluationFrequency: 'PT5M'", File.Code, StringComparison.Ordinal);
    }

    private static TimeSpan Time(string text) =>
        int.Parse(text.Split(' ')[0], CultureInfo.InvariantCulture) * (text.EndsWith(" h", StringComparison.Ordinal) ? TimeSpan.FromHours(1) : TimeSpan.FromMinutes(1));

    private static List<string> Sorted(IEnumerable<Match> matches) => [.. matches.Select(match => match.Groups["what"].Value).Distinct().Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"^    name: '(?<name>[\w-]+)'\n    description: '[^\n]+'\n    severity: (?<severity>\d)\n    window: '(?<window>\w+)'\n    query: '''(?<query>.+?)'''", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"[""`](?<what>roadseg\.(?!queue[""`]|job\.state)[\w.]+)[""`]")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"(?<what>(>=|<=|>|<) [\d.]+)")]
    private static partial Regex Comparison();
}
