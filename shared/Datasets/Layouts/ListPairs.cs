using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Pairs by list files: train.txt, val.txt and test.txt with an image and its mask in each line, divided by spaces (SegNet,
/// PaddleSeg), a comma or a tab. Paths of the machine that wrote the list are found again by their last folder and name.</summary>
internal sealed class ListPairs()
    : Layout("lists", "Plain lists: train.txt, val.txt, test.txt with \"image mask\" in each line; classes in dataset.json")
{
    private static readonly (string Name, Split Split)[] Lists =
    [
        ("train.txt", Split.Train),
        ("val.txt", Split.Val),
        ("test.txt", Split.Test),
    ];

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel) =>
        new(await PairsAsync(input, cancel), LabelMapBuilder.Build(input.Spec.Labels, null), []);

    private static async Task<List<SamplePair>> PairsAsync(LayoutInput input, CancellationToken cancel)
    {
        var pairs = new List<SamplePair>();
        var found = false;
        foreach (var (name, split) in Lists)
        {
            if (await input.ListAsync(name, cancel) is not { } bytes)
                continue;
            found = true;
            input.Lines(name, bytes, (number, line) =>
            {
                var parts = line.Split(
                    line.Contains('\t', StringComparison.Ordinal) ? '\t'
                        : line.Contains(',', StringComparison.Ordinal) ? ','
                        : ' ',
                    StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
                );
                if (parts.Length != 2)
                    throw new InvalidDataException(
                        $"{DatasetErrors.Shown(line)} has {parts.Length} paths; each line is an image and its mask, with a tab or a "
                            + "comma between them where names hold spaces."
                    );
                var (image, mask) = (input.Index.Resolve("", parts[0]), input.Index.Resolve("", parts[1]));
                input.Lists(image);
                input.Lists(mask);
                if (image is null || mask is null)
                    input.Faults.Add(
                        FaultKind.ListedFileMissing,
                        image is null ? parts[0] : parts[1],
                        $"{name} names it in line {number}."
                    );
                else
                    pairs.Add(
                        new SamplePair(
                            PersonalData.Strip(image[..^Path.GetExtension(image).Length]),
                            null,
                            split,
                            image,
                            new MaskFile(mask)
                        )
                    );
            });
        }

        input.FindUnlisted();
        return found ? pairs : throw DatasetErrors.Invalid("None of train.txt, val.txt and test.txt lies in the set.");
    }
}
