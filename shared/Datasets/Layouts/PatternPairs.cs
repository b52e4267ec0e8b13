using System.Text.RegularExpressions;
using RoadSeg.Datasets.Masks;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Pairs images and masks by what their patterns name alike.</summary>
internal static class PatternPairs
{
    public static List<SamplePair> Match(FileIndex index, PathPattern image, PathPattern mask, FaultLog faults)
    {
        // What only one of the two names cannot pair them.
        string[] shared = [.. image.Names.Intersect(mask.Names).Where(name => name != "split")];
        var bySplit = image.Names.Contains("split") && mask.Names.Contains("split");
        if (shared.Length == 0)
            throw DatasetErrors.Invalid($"The patterns '{image.Text}' and '{mask.Text}' have no name in common: give both an {{id}}.");
        var masks = new Dictionary<(Split?, string), string>();
        var images = new SortedDictionary<(Split?, string), (string Path, string? Group)>();
        foreach (var path in index.Paths)
        {
            // A mask's pattern is the narrower one: what matches it is no image.
            if (mask.Match(path) is { } m)
            {
                if (!masks.TryAdd(Key(m, shared, bySplit), path))
                    faults.Add(FaultKind.IdentifierTwice, path, $"Has the identifier of {masks[Key(m, shared, bySplit)]}.");
            }
            else if (image.Match(path) is { } i)
            {
                var key = Key(i, shared, bySplit);
                if (!images.TryAdd(key, (path, i.Groups["group"] is { Success: true } group ? group.Value : null)))
                    faults.Add(FaultKind.IdentifierTwice, path, $"Has the identifier of {images[key].Path}.");
            }
        }

        var pairs = new List<SamplePair>(images.Count);
        foreach (var (key, (path, group)) in images)
        {
            if (masks.Remove(key, out var found))
                pairs.Add(
                    new SamplePair(
                        PersonalData.Strip(key.Item2),
                        group,
                        key.Item1 ?? SplitOf(image.Match(path)!),
                        path,
                        new MaskFile(found)
                    )
                );
            else
                faults.Add(FaultKind.ImageWithoutMask, path, "No mask has its identifier.");
        }

        foreach (var orphan in masks.Values.Order(StringComparer.Ordinal))
            faults.Add(FaultKind.MaskWithoutImage, orphan, "No image has its identifier.");
        return pairs;
    }

    private static (Split?, string) Key(Match match, string[] names, bool bySplit) =>
        (
            bySplit ? SplitOf(match) : null,
            string.Join('/', names.Select(name => match.Groups[name].Value.TrimEnd('/')).Where(part => part.Length > 0))
        );

    private static Split? SplitOf(Match match) =>
        match.Groups["split"] is { Success: true } split ? PathPattern.ToSplit(split.Value) : null;
}
