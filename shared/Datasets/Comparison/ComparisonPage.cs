using RoadSeg.Datasets.Reports;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using static RoadSeg.Datasets.Reports.ReportParts;

namespace RoadSeg.Datasets.Comparison;

/// <summary>A comparison as one HTML file: pictures and style are inside, nothing is asked of any network.</summary>
internal static class ComparisonPage
{
    private const int MostListed = 200;
    private const double Faded = 0.25;

    public static void Write(
        TextWriter page,
        DatasetComparison found,
        IEnumerable<ChangedSample> samples,
        LabelCatalogue before,
        LabelCatalogue after
    )
    {
        ReportStyle.Begin(page, $"{found.After.Name}: what changed");
        page.WriteLine(
            $"<header><h1>{Text(found.After.Name)}: what changed</h1><p class=\"sub\">from <code>{Text(found.Before.Version)}</code> "
                + $"to <code>{Text(found.After.Version)}</code></p></header>"
        );
        foreach (var note in found.Notes)
            page.WriteLine($"<p class=\"note\">{Text(note)}</p>");
        page.WriteLine("<section class=\"cards\">");
        Card(page, found.Added.Count, "added");
        Card(page, found.Removed.Count, "removed");
        Card(page, found.Replaced.Count, "replaced by other photos");
        Card(page, found.Relabelled.Count, "relabelled");
        Card(page, found.Moved.Count, "in another split");
        Card(page, found.Unchanged, "under the same labels");
        page.WriteLine("</section>");
        Changes(page, found);
        Samples(page, samples, before, after);
        Classes(page, found);
        List(page, "Added", found.Added);
        List(page, "Removed", found.Removed);
        List(page, "Replaced by other photos", found.Replaced);
        List(page, "In another split", [.. found.Moved.Select(moved => $"{moved.Id}: {Name(moved.From)} to {Name(moved.To)}")]);
        page.WriteLine("</main></body></html>");
    }

    private static void Changes(TextWriter page, DatasetComparison found)
    {
        page.WriteLine("<section><h2>Changed pixels</h2>");
        if (found.Changes.Count == 0)
            page.WriteLine("<p class=\"good\">None: every photo that is in both has the same labels.</p>");
        else
            PairTable.Write(page, found.Changes, "from", "to");
        page.WriteLine("</section>");
    }

    private static void Samples(TextWriter page, IEnumerable<ChangedSample> samples, LabelCatalogue before, LabelCatalogue after)
    {
        page.WriteLine("<section><h2>Most changed photos</h2>");
        foreach (var sample in samples)
        {
            var (width, height) = (sample.Image.Width, sample.Image.Height);
            page.Write("<figure class=\"four\">");
            Picture(page, "photo", PhotoEncoder.Jpeg(sample.Image, 82));
            Picture(page, "labels before", ColorMask.Png(sample.IdsBefore, width, height, before));
            Picture(page, "labels after", ColorMask.Png(sample.IdsAfter, width, height, after));
            Picture(page, "what changed", PhotoEncoder.Jpeg(Highlighted(sample), 82));
            page.WriteLine(
                $"<figcaption><span>{Text(PersonalData.Strip(sample.Photo.Id))}</span><em>{Of(sample.Photo.ChangedPixels)} pixels, "
                    + $"{Share((double)sample.Photo.ChangedPixels / sample.Photo.Pixels)}</em></figcaption></figure>"
            );
        }

        page.WriteLine(
            "<p class=\"hint\">Photo, labels before, labels after, and the photo where they differ. Black is unlabelled.</p></section>"
        );
    }

    // The photo where labels changed, faded elsewhere.
    private static RgbImage Highlighted(ChangedSample sample)
    {
        var pixels = (byte[])sample.Image.Pixels.Clone();
        for (var i = 0; i < pixels.Length; i++)
        {
            if (!sample.Changed[i / 3])
                pixels[i] = (byte)(255 - ((255 - pixels[i]) * Faded));
        }

        return new RgbImage(sample.Image.Width, sample.Image.Height, pixels);
    }

    private static void Classes(TextWriter page, DatasetComparison found)
    {
        page.WriteLine(
            "<section><h2>Classes</h2><table><thead><tr><th></th><th>class</th><th class=\"n\">share before</th><th class=\"n\">after</th>"
                + "<th class=\"n\">pixels before</th><th class=\"n\">after</th></tr></thead><tbody>"
        );
        foreach (var label in found.Classes)
            page.WriteLine(
                $"<tr><td><i style=\"background:{label.Color}\"></i></td><td>{Text(label.Name)}</td><td "
                    + $"class=\"n\">{(label.PixelsBefore is null ? "" : Share(label.ShareBefore))}</td><td "
                    + $"class=\"n\">{(label.PixelsAfter is null ? "" : Share(label.ShareAfter))}</td><td "
                    + $"class=\"n\">{(label.PixelsBefore is { } was ? Of(was) : "no such class")}</td><td "
                    + $"class=\"n\">{(label.PixelsAfter is { } now ? Of(now) : "no such class")}</td></tr>"
            );
        page.WriteLine("</tbody></table><p class=\"hint\">Shares of labelled pixels.</p></section>");
    }

    private static void List(TextWriter page, string title, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0)
            return;
        page.WriteLine($"<details><summary><b>{Of(ids.Count)}</b> {Text(title)}</summary><table><tbody>");
        foreach (var id in ids.Take(MostListed))
            page.WriteLine($"<tr><td><code>{Text(PersonalData.Strip(id))}</code></td></tr>");
        page.WriteLine("</tbody></table>");
        if (ids.Count > MostListed)
            page.WriteLine($"<p class=\"hint\">The first {MostListed}; {DatasetComparer.JsonFile} lists all.</p>");
        page.WriteLine("</details>");
    }

    private static string Name(Split split) => split.ToString().ToLowerInvariant();
}
