using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>comma10k: one folder of images, one of masks in five hex colours.</summary>
internal static class Comma10k
{
    public static Layout Layout { get; } =
        new PatternLayout(
            "comma10k",
            "comma10k: imgs/x.png beside masks/x.png in five colours; x ending in 9 is val, as its users have it",
            [new("imgs/{id}.{ext}", "masks/{id}.png")],
            (_, _) =>
                Task.FromResult<SourceLabels?>(
                    new SourceLabels(
                        MaskEncoding.Color,
                        [
                            .. BuiltInCatalogues.Comma10k5.Classes.Select(label => new SourceLabel(
                                LabelMap.Pack(label.Color),
                                label.Name,
                                label.Name
                            )),
                        ],
                        BuiltInCatalogues.Comma10k5
                    )
                ),
            Refine
        );

    // 0000_0085e9e41513078a_2018-08-19--13-26-08_11_864: number, device, start of the drive, segment, frame.
    private static SamplePair Refine(SamplePair pair)
    {
        var parts = pair.Id.Split('_');
        return pair with
        {
            Split = pair.Id.EndsWith('9') ? Split.Val : Split.Train,
            Group = parts.Length >= 3 ? $"{parts[1]}_{parts[2]}" : null,
        };
    }
}
