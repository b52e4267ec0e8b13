namespace RoadSeg.Datasets.Exports;

/// <summary>Folders that tools divide a set by.</summary>
internal static class ExportPaths
{
    /// <summary><c>train</c>, <c>val</c> or <c>test</c>; null without a division.</summary>
    public static string? Word(Split? split) => split?.ToString().ToLowerInvariant();

    /// <summary>A path of the parts that are there.</summary>
    public static string Of(params string?[] parts) => string.Join('/', parts.Where(part => part is not null));
}
