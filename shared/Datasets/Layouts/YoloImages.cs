using System.Text;
using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Finds the images that a data.yaml means: its folders are those of the machine that wrote it.</summary>
internal sealed class YoloImages(LayoutInput input, string list, YoloSpec spec)
{
    private readonly ImageFinder finder = new(input.Index);
    private readonly Dictionary<string, Split?> found = new(StringComparer.Ordinal);

    /// <summary>The labels of an image: its path with the last folder "images" called "labels".</summary>
    public static string LabelsOf(string image)
    {
        var parts = image.Split('/');
        var folder = Array.FindLastIndex(parts, parts.Length - 2, part => part == "images");
        if (folder >= 0)
            parts[folder] = "labels";
        parts[^1] = Path.ChangeExtension(parts[^1], ".txt");
        return string.Join('/', parts);
    }

    /// <summary>True for what looks like a file of labels.</summary>
    public static bool IsLabels(string path) =>
        path.EndsWith(".txt", StringComparison.Ordinal) && path.Split('/').SkipLast(1).Contains("labels");

    /// <summary>Every image with its split; without splits in the list every picture of the set.</summary>
    public async Task<IReadOnlyDictionary<string, Split?>> FindAsync(CancellationToken cancel)
    {
        foreach (var (split, written) in spec.Splits)
        {
            var path = Nfc.Of(written).Replace('\\', '/').TrimEnd('/');
            if (path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
                await ListAsync(split, path, cancel);
            else if (Folder(path) is { } folder)
                Take(
                    split,
                    input.Index.Paths.Where(file => LayoutInput.IsPicture(file) && file.StartsWith(folder, StringComparison.Ordinal))
                );
            else
                input.Faults.Add(FaultKind.ListedFileMissing, written, $"{list} has it as its {split.ToString().ToLowerInvariant()}.");
        }

        if (spec.Splits.Count == 0)
        {
            foreach (var picture in input.Index.Paths.Where(LayoutInput.IsPicture))
                found.TryAdd(picture, null);
        }

        return found;
    }

    private void Take(Split split, IEnumerable<string> pictures)
    {
        foreach (var picture in pictures)
        {
            if (!found.TryAdd(picture, split) && found[picture] != split)
                input.Faults.Add(
                    FaultKind.IdentifierTwice,
                    picture,
                    $"{list} has it in {found[picture].ToString()!.ToLowerInvariant()} and in {split.ToString().ToLowerInvariant()}."
                );
        }
    }

    private async Task ListAsync(Split split, string written, CancellationToken cancel)
    {
        var folder = LayoutInput.FolderOf(list);
        var path = input.Index.Resolve(folder, written) ?? input.Index.Resolve(folder, $"{spec.Path}/{written}");
        if (path is null)
        {
            input.Faults.Add(FaultKind.ListedFileMissing, written, $"{list} has it as its {split.ToString().ToLowerInvariant()}.");
            return;
        }

        await foreach (var (_, bytes) in input.EachAsync([path], cancel))
            input.Lines(path, bytes, (number, line) =>
            {
                if (finder.Find(LayoutInput.FolderOf(path), line) is { } picture)
                    Take(split, [picture]);
                else
                    input.Faults.Add(FaultKind.ListedFileMissing, line, $"{path} names it in line {number}.");
            });
    }

    // With a '/' at its end; empty for the root. Roboflow writes "../train/images" for the folder "train/images" beside it.
    private string? Folder(string written)
    {
        var own = LayoutInput.FolderOf(list).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var parts = Plain(written);
        if (Known([.. own, .. Plain(spec.Path), .. parts]) is { } below)
            return below;
        for (; parts.Length > 0; parts = parts[1..])
        {
            if (Known([.. own, .. parts]) is { } folder)
                return folder;
        }

        return written is "." or "" ? Known(own) : null;
    }

    private static string[] Plain(string path) =>
        [.. path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not ("." or ".."))];

    private string? Known(string[] parts)
    {
        var folder = parts.Length == 0 ? "" : string.Join('/', parts) + "/";
        return input.Index.Paths.Any(path => path.StartsWith(folder, StringComparison.Ordinal)) ? folder : null;
    }
}
