using System.Globalization;
using RoadSeg.Cli.Segment;

namespace RoadSeg.Cli.Batches;

/// <summary>Paths of results: the photos' own below the folder of results, whoever named them.</summary>
internal static class BatchNames
{
    /// <summary>A path without extension for each item of a batch, each another, also where letters differ in case alone: those of one name
    /// have their numbers in it, twice where another photo is called so itself.</summary>
    public static string[] Of(IReadOnlyList<(int Index, string? Name)> items)
    {
        var plain = items.Select(static item => Plain(item.Name ?? $"photo-{item.Index}")).ToArray();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var often = plain.Where(name => !seen.Add(name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. plain.Select((name, i) => often.Contains(name) ? Numbered(name, items[i].Index) : name)];

        string Numbered(string name, int index)
        {
            do name = string.Create(CultureInfo.InvariantCulture, $"{name}-{index}");
            while (seen.Contains(name));
            return name;
        }
    }

    // A name was given to the service by anybody: no part of it leads out of the folder.
    private static string Plain(string name)
    {
        var parts = name.Split('/', '\\').Where(static part => part.Length > 0).ToList();
        if (parts.Count == 0)
            return "photo";
        parts[^1] = Path.GetFileNameWithoutExtension(parts[^1]) is { Length: > 0 } stem ? stem : parts[^1];
        return string.Join(Path.DirectorySeparatorChar, parts.Select(Part));
    }

    // Windows drops dots and blanks at the end.
    private static string Part(string part)
    {
        var plain = string.Concat(part.Select(static c => char.IsControl(c) || "<>:\"|?*".Contains(c) ? '_' : c));
        plain = ResultNames.Shortened(plain.Trim()).TrimEnd('.', ' ');
        return plain.Length == 0 ? "_" : plain;
    }
}
