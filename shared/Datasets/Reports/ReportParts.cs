using System.Globalization;
using System.Net;
using RoadSeg.Datasets.Comparison;

namespace RoadSeg.Datasets.Reports;

/// <summary>What several pages about data sets are made of.</summary>
internal static class ReportParts
{
    private const int MostPairs = 12;

    public static void Card(TextWriter page, long number, string name) =>
        page.WriteLine($"<div class=\"card\"><b>{Of(number)}</b><span>{name}</span></div>");

    public static void Picture(TextWriter page, string what, byte[] file) =>
        page.Write(
            $"<img alt=\"{Text(what)}\" src=\"data:image/{(file is [0x89, ..] ? "png" : "jpeg")};base64,{Convert.ToBase64String(file)}\">"
        );

    /// <summary>Pairs of classes, the first of them open and the others folded away.</summary>
    public static void Pairs(TextWriter page, IReadOnlyList<ChangedPair> pairs, string from, string to)
    {
        Table(page, pairs.Take(MostPairs), from, to);
        if (pairs.Count <= MostPairs)
            return;
        page.WriteLine($"<details><summary>{Of(pairs.Count - MostPairs)} pairs of classes with fewer pixels</summary>");
        Table(page, pairs.Skip(MostPairs), from, to);
        page.WriteLine("</details>");
    }

    public static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Share(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture) + " %";

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Table(TextWriter page, IEnumerable<ChangedPair> pairs, string from, string to)
    {
        page.WriteLine(
            $"<table><thead><tr><th>{from}</th><th>{to}</th><th class=\"n\">pixels</th><th class=\"n\">photos</th></tr></thead><tbody>"
        );
        foreach (var pair in pairs)
            page.WriteLine(
                $"<tr><td>{Text(pair.From)}</td><td>{Text(pair.To)}</td><td class=\"n\">{Of(pair.Pixels)}</td><td "
                    + $"class=\"n\">{Of(pair.Photos)}</td></tr>"
            );
        page.WriteLine("</tbody></table>");
    }
}
