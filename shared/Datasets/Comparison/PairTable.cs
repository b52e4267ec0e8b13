using static RoadSeg.Datasets.Reports.ReportParts;

namespace RoadSeg.Datasets.Comparison;

/// <summary>Pairs of classes on a page, the first of them open and the others folded away.</summary>
internal static class PairTable
{
    private const int Open = 12;

    public static void Write(TextWriter page, IReadOnlyList<ChangedPair> pairs, string from, string to)
    {
        Rows(page, pairs.Take(Open), from, to);
        if (pairs.Count <= Open)
            return;
        page.WriteLine($"<details><summary>{Of(pairs.Count - Open)} pairs of classes with fewer pixels</summary>");
        Rows(page, pairs.Skip(Open), from, to);
        page.WriteLine("</details>");
    }

    private static void Rows(TextWriter page, IEnumerable<ChangedPair> pairs, string from, string to)
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
