using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>Distinct display colours for classes whose source gives none, or gives one twice.</summary>
internal static class ClassColors
{
    /// <summary>The palette of PASCAL VOC: bits of the index spread over the channels from the top, so that neighbours differ
    /// strongly.</summary>
    public static RgbColor Voc(int index)
    {
        int r = 0,
            g = 0,
            b = 0;
        for (int bit = 7, rest = index; rest > 0; bit--, rest >>= 3)
        {
            r |= (rest & 1) << bit;
            g |= ((rest >> 1) & 1) << bit;
            b |= ((rest >> 2) & 1) << bit;
        }

        return new RgbColor((byte)r, (byte)g, (byte)b);
    }

    /// <summary>A catalogue of these classes in order; black is kept for unlabelled pixels.</summary>
    public static LabelCatalogue Catalogue(IEnumerable<(string Name, RgbColor? Color)> classes)
    {
        var list = classes.ToList();
        if (list.Count is < 1 or > 255)
            throw DatasetErrors.Invalid(
                $"The labels make {list.Count} classes; 1 to 255 can be distinguished. Merge some in dataset.json (labels.classes and "
                    + "labels.map)."
            );
        var used = new HashSet<RgbColor> { default };
        var next = 0;
        return new LabelCatalogue(
            [.. list.Select((label, id) => new LabelClass(id, label.Name, label.Color is { } own && used.Add(own) ? own : Free()))],
            ignoreId: 255
        );

        RgbColor Free()
        {
            // 24 bits of indices: there is always another.
            RgbColor color;
            do color = Voc(++next);
            while (!used.Add(color));
            return color;
        }
    }
}
