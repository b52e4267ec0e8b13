namespace RoadSeg.Models;

/// <summary>The model packages that ship: folders side by side, one of which serves. A flag or setting names it by its folder's name, or
/// any other package by its path.</summary>
public static class ShippedModels
{
    /// <summary>What serves where nothing is named.</summary>
    public const string Default = "default";

    /// <summary>The folder of a package.</summary>
    /// <param name="shipped">Folder that holds those that ship.</param>
    /// <param name="named">Name of one of them, or the path of any package; null or empty for <see cref="Default"/>. A folder of your own
    /// that is called as one that ships is named with its path: <c>./open</c>.</param>
    /// <returns>A path; that a package lies there is not said.</returns>
    public static string FolderOf(string shipped, string? named)
    {
        if (string.IsNullOrEmpty(named))
            return Path.Combine(shipped, Default);
        return Names(shipped).Contains(named, StringComparer.Ordinal) ? Path.Combine(shipped, named) : named;
    }

    /// <summary>Names of those that ship, in order; none where the folder is not there.</summary>
    /// <param name="shipped">Folder that holds them.</param>
    public static IReadOnlyList<string> Names(string shipped) =>
        !Directory.Exists(shipped)
            ? []
            : [.. Directory.EnumerateDirectories(shipped).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
}
