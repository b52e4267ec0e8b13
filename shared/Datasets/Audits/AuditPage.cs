using System.Globalization;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Reports;
using static RoadSeg.Datasets.Reports.ReportParts;

namespace RoadSeg.Datasets.Audits;

/// <summary>An audit for people: a page of its own, or a section of a version's report. Pictures are inside, nothing is asked of any
/// network.</summary>
public static class AuditPage
{
    /// <summary>Name of the page.</summary>
    public const string PageFile = "audit.html";

    /// <summary>Name of the JSON form.</summary>
    public const string JsonFile = "audit.json";

    /// <summary>Name of the section alone.</summary>
    public const string SectionFile = "section.html";

    /// <summary>Regions that are shown with their pictures.</summary>
    public const int Shown = 24;

    private const int MostListed = 200;

    /// <summary>Writes both files of an audit.</summary>
    /// <param name="audit">What was found.</param>
    /// <param name="crops">Pictures by name.</param>
    /// <param name="folder">Where they go, made if missing.</param>
    public static void Write(DatasetAudit audit, IReadOnlyDictionary<string, byte[]> crops, string folder)
    {
        ArgumentNullException.ThrowIfNull(audit);
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, JsonFile), audit.ToJson());
        using var page = new StreamWriter(Path.Combine(folder, PageFile), false) { NewLine = "\n" };
        ReportStyle.Begin(page, $"{audit.Name}: labels that a model disputes");
        page.WriteLine($"<header><h1>{Text(audit.Name)}</h1><p class=\"sub\">version <code>{Text(audit.Version)}</code></p></header>");
        WriteSection(page, audit, crops);
        page.WriteLine("</main></body></html>");
    }

    /// <summary>Writes the section.</summary>
    /// <param name="page">The page, within its main part.</param>
    /// <param name="audit">What was found.</param>
    /// <param name="crops">Pictures by name; of the first <see cref="Shown"/> regions those that are there are shown.</param>
    public static void WriteSection(TextWriter page, DatasetAudit audit, IReadOnlyDictionary<string, byte[]> crops)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(audit);
        ArgumentNullException.ThrowIfNull(crops);
        page.WriteLine(
            $"<section id=\"audit\"><h2>Labels that a model disputes</h2><p class=\"hint\">Audited with {Text(audit.Model)} "
                + $"<code>{Text(audit.ModelVersion)}</code>.</p>"
        );
        foreach (var note in audit.Notes)
            page.WriteLine($"<p class=\"note\">{Text(note)}</p>");
        page.WriteLine("<div class=\"cards\">");
        Card(page, audit.Photos, "photos audited");
        Card(page, audit.Found, "disputed regions");
        Card(page, audit.DisputedPixels, "disputed pixels");
        Card(page, audit.Looked - audit.Photos, "photos not audited");
        page.WriteLine("</div>");
        if (audit.Regions.Count == 0)
            page.WriteLine("<p class=\"good\">The model disputes no region of the labels.</p>");
        foreach (var region in audit.Regions.Take(Shown))
            Region(page, region, crops);
        if (audit.Regions.Count > 0)
            page.WriteLine(
                "<p class=\"hint\">Photo, labels, model; the white line is the region's outline, black is no class. The score, 0 to 1, is "
                    + "how sure the model is that the label is wrong. It may be the model that is.</p>"
            );
        page.WriteLine("</section><section><h2>Disputed pixels</h2>");
        PairTable.Write(page, audit.Pairs, "label", "model");
        page.WriteLine("</section>");
        List(page, "further regions", audit.Regions.Skip(Shown).Select(Line));
        List(page, "photos that were not audited", audit.Skipped.Select(photo => $"{PersonalData.Strip(photo.Id)}: {photo.Reason}"));
    }

    /// <summary>A version's report with the section at its end.</summary>
    /// <param name="report">The report's page.</param>
    /// <param name="section">What <see cref="WriteSection"/> wrote.</param>
    public static string WithSection(string report, string section)
    {
        ArgumentNullException.ThrowIfNull(report);
        var end = report.LastIndexOf("<footer>", StringComparison.Ordinal);
        if (end < 0)
            end = report.LastIndexOf("</main>", StringComparison.Ordinal);
        return end < 0 ? report + section : report.Insert(end, section);
    }

    private static void Region(TextWriter page, DisputedRegion region, IReadOnlyDictionary<string, byte[]> crops)
    {
        page.Write("<figure class=\"strip\">");
        if (crops.TryGetValue(region.Crop, out var crop))
            Picture(page, $"{region.Label}, or {region.Likely}: photo, labels, model", crop);
        page.WriteLine(
            $"<figcaption><span><b>{Text(region.Label)}</b>, or <b>{Text(region.Likely)}</b>? {Text(PersonalData.Strip(region.Id))}</span>"
                + $"<em>score {Score(region.Score)}, {Of(region.Pixels)} pixels</em></figcaption></figure>"
        );
    }

    private static string Line(DisputedRegion region) =>
        $"{Score(region.Score)} {region.Label}, or {region.Likely}: {PersonalData.Strip(region.Id)} at "
        + string.Join(", ", region.Box.Take(2));

    private static void List(TextWriter page, string title, IEnumerable<string> lines)
    {
        var all = lines.ToList();
        if (all.Count == 0)
            return;
        page.WriteLine($"<details><summary><b>{Of(all.Count)}</b> {title}</summary><table><tbody>");
        foreach (var line in all.Take(MostListed))
            page.WriteLine($"<tr><td>{Text(line)}</td></tr>");
        page.WriteLine("</tbody></table>");
        if (all.Count > MostListed)
            page.WriteLine($"<p class=\"hint\">The first {MostListed}; the JSON form lists all that were kept.</p>");
        page.WriteLine("</details>");
    }

    private static string Score(double score) => score.ToString("F2", CultureInfo.InvariantCulture);
}
