using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Layouts;

/// <summary>CVAT's own form, "CVAT for images 1.1": annotations.xml with polygons, masks, boxes and ellipses in an order that the
/// annotator gave (z_order).</summary>
internal sealed class CvatImages()
    : Layout("cvat", "CVAT for images 1.1: annotations.xml (polygons, masks, boxes, ellipses in their z-order) beside images/")
{
    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = input.Index.Paths.Where(path => path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)).ToList();
        if (lists.Count == 0)
            throw DatasetErrors.Invalid(
                "No .xml lies in the set: the layout 'cvat' needs the annotations.xml of an export as 'CVAT for images 1.1'."
            );
        var read = new CvatImageReader(input);
        foreach (var list in lists)
            await read.ReadAsync(list, cancel);
        input.FindUnlisted();
        if (read.Names.Keys.Count == 0 && read.Listed.Count == 0)
        {
            var odd = input.Faults.First(FaultKind.RecordUnreadable);
            throw DatasetErrors.Invalid(
                $"{lists[0]} labels nothing: there is no polygon, mask, box or ellipse with a label in it."
                    + (odd is null ? "" : $" The first record that could not be read: {odd.File}, {odd.Detail}")
            );
        }

        var labels = DrawnLabels.ByName(input, read.Names, read.Listed, _ => false, largerFirst: false);
        return new LayoutResult([.. read.Pairs(labels.Shapes)], labels.Map, [DrawnLabels.Note, .. read.Notes]);
    }
}
