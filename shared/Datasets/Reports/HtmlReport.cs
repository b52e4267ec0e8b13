using System.Globalization;
using System.Net;
using RoadSeg.Datasets.Checks;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Reports;

/// <summary>The report as one HTML file: pictures and style are inside, nothing is asked of any network.</summary>
internal static class HtmlReport
{
    private const string Number = "N0";

    public static void Write(TextWriter page, DatasetReport report, IEnumerable<Sample> samples, LabelCatalogue labels)
    {
        Begin(page, report);
        Head(page, report);
        Classes(page, report);
        Samples(page, samples, labels);
        Faults(page, report);
        Values(page, report);
        Sizes(page, report);
        page.WriteLine(
            $"<footer>Layout {Text(report.Layout)}. Label map {report.LabelMapSha256[..12]}. Licence: "
                + $"{Text(report.Licence.Length > 0 ? report.Licence : "not stated")}. {Checked(report)}</footer></main></body></html>"
        );
    }

    /// <summary>The page of a set that was refused before any of its files was read.</summary>
    public static void WriteRefusal(TextWriter page, DatasetReport report)
    {
        Begin(page, report);
        page.WriteLine($"<header><h1>{Text(report.Name)}</h1></header>");
        Problem(page, report);
        page.WriteLine($"<footer>{Checked(report)}</footer></main></body></html>");
    }

    private static void Begin(TextWriter page, DatasetReport report) => ReportStyle.Begin(page, $"{report.Name}: data set report");

    private static string Checked(DatasetReport report) =>
        $"Checked {report.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC.";

    private static void Head(TextWriter page, DatasetReport report)
    {
        var skipped = report.Faults.Where(group => group.Skipped).Sum(group => group.Count);
        var warned = report.Faults.Where(group => !group.Skipped).Sum(group => group.Count);
        page.WriteLine(
            $"<header><h1>{Text(report.Name)}</h1><p "
                + $"class=\"sub\">{(report.Version is { } version ? $"version <code>{Text(version)}</code>, " : "")}"
                + $"{report.Target.Width} x {report.Target.Height} "
                + $"{(report.Target.Mode == ResizeMode.Stretch ? "stretched" : "in each photo's shape")}</p></header>"
        );
        Problem(page, report);
        page.WriteLine("<section class=\"cards\">");
        Card(page, report.Usable, "usable images", $"of {Of(report.Pairs)} pairs in {Of(report.Files)} files");
        foreach (var split in report.Splits)
            Card(
                page,
                split.Images,
                split.Split.ToString().ToLowerInvariant(),
                split.Groups > 0 ? $"{Of(split.Groups)} {(split.Groups == 1 ? "group" : "groups")}" : ""
            );
        Card(page, skipped, "skipped", skipped > 0 ? "listed below" : "");
        Card(
            page,
            warned,
            "warnings",
            report.UnknownPixels > 0 ? $"{Share((double)report.UnknownPixels / Math.Max(1, report.Pixels))} of pixels unknown" : ""
        );
        page.WriteLine("</section>");
        foreach (var note in report.Notes)
            page.WriteLine($"<p class=\"note\">{Text(note)}</p>");
    }

    private static void Problem(TextWriter page, DatasetReport report)
    {
        if (report.Problem is { } problem)
            page.WriteLine(
                $"<section class=\"problem\"><h2>This set cannot be used: {Text(problem.Code)}</h2><p>{Text(problem.Message)}</p></section>"
            );
    }

    private static void Card(TextWriter page, long number, string name, string detail) =>
        page.WriteLine($"<div class=\"card\"><b>{Of(number)}</b><span>{Text(name)}</span><small>{Text(detail)}</small></div>");

    private static void Classes(TextWriter page, DatasetReport report)
    {
        var most = Math.Max(1e-9, report.Classes.Max(label => label.Share));
        page.WriteLine(
            "<section><h2>Classes</h2><table class=\"bars\"><thead><tr><th></th><th>class</th><th class=\"n\">share of labelled "
                + "pixels</th><th></th><th class=\"n\">images</th><th class=\"n\">of images</th></tr></thead><tbody>"
        );
        foreach (var label in report.Classes.OrderByDescending(label => label.Share).ThenBy(label => label.Id))
        {
            // A square root shows rare classes beside frequent ones.
            var width = 100 * Math.Sqrt(label.Share / most);
            page.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<tr{(label.Pixels == 0 ? " class=\"none\"" : "")}><td><i "
                        + $"style=\"background:{label.Color}\"></i></td><td>{Text(label.Name)}</td><td "
                        + $"class=\"n\">{Share(label.Share)}</td><td class=\"bar\"><span "
                        + $"style=\"width:{width:F1}%;background:{label.Color}\"></span></td><td "
                        + $"class=\"n\">{Of(label.Images)}</td><td "
                        + $"class=\"n\">{Share((double)label.Images / Math.Max(1, report.Usable))}</td></tr>"
                )
            );
        }

        page.WriteLine(
            "</tbody></table><p class=\"hint\">Bars are drawn by the square root of the share, so that rare classes can be "
                + "seen.</p></section>"
        );
    }

    private static void Samples(TextWriter page, IEnumerable<Sample> samples, LabelCatalogue labels)
    {
        page.WriteLine("<section><h2>Samples</h2><div class=\"samples\">");
        foreach (var sample in samples)
        {
            var image = Convert.ToBase64String(PhotoEncoder.Jpeg(sample.Image, 82));
            var map = Convert.ToBase64String(ColorMask.Png(sample.Ids, sample.Image.Width, sample.Image.Height, labels));
            // Stretched for the trainer, shown in the photo's own shape.
            var shape = $"style=\"aspect-ratio:{sample.SourceWidth}/{sample.SourceHeight}\"";
            page.WriteLine(
                $"<figure><img {shape} alt=\"photo\" src=\"data:image/jpeg;base64,{image}\"><img {shape} alt=\"labels\" "
                    + $"src=\"data:image/png;base64,{map}\"><figcaption><span>{Text(PersonalData.Strip(sample.Pair.Id))}</span>"
                    + $"<em>{sample.Split.ToString().ToLowerInvariant()}</em></figcaption></figure>"
            );
        }

        page.WriteLine("</div><p class=\"hint\">At the curated size; chosen by lot. Black is unlabelled.</p></section>");
    }

    private static void Faults(TextWriter page, DatasetReport report)
    {
        page.WriteLine("<section><h2>Findings</h2>");
        if (report.Faults.Count == 0)
            page.WriteLine("<p class=\"good\">None: every file paired, decoded and mapped.</p>");
        foreach (var group in report.Faults)
        {
            page.WriteLine(
                $"<details{(report.Faults.Count <= 3 ? " open" : "")}><summary><b "
                    + $"class=\"{(group.Skipped ? "bad" : "warn")}\">{Of(group.Count)}</b> {Text(group.Title)} "
                    + $"<small>{(group.Skipped ? "skipped" : "kept")}{(group.Pixels > 0 ? $", {Of(group.Pixels)} pixels" : "")}</small>"
                    + "</summary><table><tbody>"
            );
            foreach (var fault in group.Examples)
                page.WriteLine(
                    $"<tr><td><code>{Text(fault.File)}</code></td><td>{Text(fault.Detail)}</td><td "
                        + $"class=\"n\">{(fault.Pixels > 0 ? Of(fault.Pixels) + " px" : "")}</td></tr>"
                );
            page.WriteLine(
                "</tbody></table>"
                    + (
                        group.Count > group.Examples.Count
                            ? $"<p class=\"hint\">The first {Of(group.Examples.Count)}; faults.jsonl lists all.</p>"
                            : ""
                    )
                    + "</details>"
            );
        }

        page.WriteLine("</section>");
    }

    private static void Values(TextWriter page, DatasetReport report)
    {
        page.WriteLine(
            $"<section><h2>Values in the "
                + $"masks</h2><details{(report.UnknownPixels > 0 ? " open" : "")}><summary>{Of(report.Values.Count)} different values, "
                + $"{Of(report.Pixels)} pixels</summary><table><thead><tr><th></th><th>value</th><th>name</th><th>class</th><th "
                + $"class=\"n\">pixels</th><th class=\"n\">masks</th></tr></thead><tbody>"
        );
        foreach (var value in report.Values.Take(1000))
        {
            var color = value.Value.StartsWith('#') ? value.Value : "transparent";
            page.WriteLine(
                $"<tr><td><i "
                    + $"style=\"background:{Text(color)}\"></i></td><td><code>{Text(value.Value)}</code></td><td>{Text(value.Name)}</td>"
                    + $"<td class=\"{(value.Class is "unknown" or "ambiguous" ? "bad" : "")}\">{Text(value.Class)}</td>"
                    + $"<td class=\"n\">{Of(value.Pixels)}</td><td class=\"n\">{Of(value.Images)}</td></tr>"
            );
        }

        page.WriteLine("</tbody></table></details></section>");
    }

    private static void Sizes(TextWriter page, DatasetReport report)
    {
        page.WriteLine(
            $"<section><h2>Sizes of the files</h2><details><summary>{Of(report.Sizes.Count)} "
                + $"{(report.Sizes.Count == 1 ? "size" : "sizes")}</summary><table><tbody>"
        );
        foreach (var size in report.Sizes.Take(50))
            page.WriteLine(
                $"<tr><td>{(size.Width == 0 ? "others" : $"{size.Width} x {size.Height}")}</td><td class=\"n\">{Of(size.Images)} "
                    + $"images</td></tr>"
            );
        page.WriteLine("</tbody></table></details></section>");
    }

    private static string Share(double share) =>
        share is > 0 and < 0.0005
            ? (100 * share).ToString("0.####", CultureInfo.InvariantCulture) + " %"
            : (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " %";

    private static string Of(long number) => number.ToString(Number, CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
