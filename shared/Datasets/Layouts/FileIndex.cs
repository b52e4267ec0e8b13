using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Every path of a set. Lists of a set may only name what is in here.</summary>
internal sealed class FileIndex
{
    private readonly HashSet<string> known;
    private readonly Lazy<Dictionary<string, string?>> byTail;

    private FileIndex(List<string> paths, IDatasetFiles files)
    {
        (Paths, Files) = (paths, files);
        known = new HashSet<string>(paths, StringComparer.Ordinal);
        byTail = new Lazy<Dictionary<string, string?>>(ByTail);
    }

    /// <summary>The set, by the names of <see cref="Paths"/>.</summary>
    public IDatasetFiles Files { get; }

    /// <summary>Composed (NFC) and sorted by ordinal: what follows does not depend on the order a disk or a storage lists in.</summary>
    public IReadOnlyList<string> Paths { get; }

    public static async Task<FileIndex> ReadAsync(IDatasetFiles files, int maxFiles, FaultLog faults, CancellationToken cancel)
    {
        var (paths, others) = (new List<string>(), new SortedDictionary<string, string>(StringComparer.Ordinal));
        await foreach (var file in files.ListAsync(cancel))
        {
            if (file.IsClutter)
                continue;
            if (paths.Count + others.Count == maxFiles)
                throw DatasetErrors.Invalid($"The data set has more than {maxFiles:N0} files. Divide it into several.");
            var name = Nfc.Of(file.Path);
            if (ReferenceEquals(name, file.Path))
                paths.Add(name);
            else
                others[file.Path] = name;
        }

        var stored = new Dictionary<string, string>(StringComparer.Ordinal);
        var composed = others.Count > 0 ? new HashSet<string>(paths, StringComparer.Ordinal) : [];
        foreach (var (path, name) in others)
        {
            if (!composed.Contains(name) && stored.TryAdd(name, path))
                paths.Add(name);
            else
                faults.Add(FaultKind.IdentifierTwice, path, "Another file has this name in another Unicode form.");
        }

        paths.Sort(StringComparer.Ordinal);
        return new FileIndex(paths, stored.Count > 0 ? new ComposedNames(files, stored) : files);
    }

    public bool Contains(string path) => known.Contains(path);

    /// <summary>The shallowest file of this name, or null.</summary>
    public string? FindByName(string name) =>
        Paths
            .Where(path => path.EndsWith(name, StringComparison.Ordinal) && (path.Length == name.Length || path[^(name.Length + 1)] == '/'))
            .MinBy(path => path.Count(c => c == '/'));

    /// <summary>The file that a list means: relative to the list's folder, or, where the list was written on another machine, the only one
    /// whose last folder and name are the same.</summary>
    public string? Resolve(string folder, string written)
    {
        var path = Nfc.Of(written).Replace('\\', '/');
        var relative = folder.Length == 0 ? path : $"{folder}/{path}";
        if (known.Contains(relative))
            return relative;
        return known.Contains(path) ? path : byTail.Value.GetValueOrDefault(Tail(path));
    }

    private Dictionary<string, string?> ByTail()
    {
        var tails = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var path in Paths)
        {
            if (!tails.TryAdd(Tail(path), path))
                tails[Tail(path)] = null;
        }

        return tails;
    }

    private static string Tail(string path)
    {
        var name = path.LastIndexOf('/');
        return name <= 0 ? path.TrimStart('/') : path[(path.LastIndexOf('/', name - 1) + 1)..];
    }
}
