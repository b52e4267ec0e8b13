using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Finds the picture that a tool's record means: tools write the path on another machine, the name alone, or an address.</summary>
internal sealed class ImageFinder
{
    private readonly FileIndex index;
    private readonly Dictionary<string, List<string>> byName;

    public ImageFinder(FileIndex index)
    {
        this.index = index;
        byName = index
            .Paths.Where(LayoutInput.IsPicture)
            .GroupBy(NameOf, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
    }

    /// <summary>The picture, or null where there is none, or several that it could be.</summary>
    /// <param name="folder">Folder of the list; empty for the root.</param>
    /// <param name="written">What the list says.</param>
    /// <param name="hint">A folder that it lies in where several have its name, such as that of its split; null for none.</param>
    public string? Find(string folder, string written, string? hint = null)
    {
        var path = Nfc.Of(written).Replace('\\', '/');
        if ((Exact(Joined(folder, path)) ?? Exact(path)) is { } exact)
            return exact;
        if (!byName.TryGetValue(NameOf(path), out var paths))
            return null;
        if (paths.Count == 1)
            return paths[0];
        var parts = path.Split('/');
        return Only(paths, candidate => Shared(candidate.Split('/'), parts))
            ?? (hint is null ? null : Only(paths, candidate => candidate.Split('/').SkipLast(1).Contains(hint) ? 1 : 0))
            ?? Only(paths, candidate => Beside(candidate, folder));
    }

    private string? Exact(string path) => index.Contains(path) && LayoutInput.IsPicture(path) ? path : null;

    // "../img/x.png" of folder "a/json" is "a/img/x.png".
    private static string Joined(string folder, string path)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    // The one with the highest score above 0; null where several have it.
    private static string? Only(List<string> paths, Func<string, int> score)
    {
        var best = paths.GroupBy(score).MaxBy(group => group.Key)!;
        return best.Key > 0 && best.Count() == 1 ? best.First() : null;
    }

    // Equal folders before the name, from the end.
    private static int Shared(string[] path, string[] written)
    {
        var shared = 0;
        while (shared + 1 < Math.Min(path.Length, written.Length) && path[^(shared + 2)] == written[^(shared + 2)])
            shared++;
        return shared;
    }

    // Equal folders from the root.
    private static int Beside(string path, string folder) =>
        path.Split('/').Zip(folder.Split('/')).TakeWhile(pair => pair.First == pair.Second).Count();

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
