namespace RoadSeg.Datasets.Layouts;

/// <summary>Counts what a tool kept and what has no area to draw, for one note.</summary>
internal sealed class LeftOut
{
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);

    public void Add(string kind)
    {
        // Kinds come from a file: not more of them are told apart than a note can hold.
        var known = counts.ContainsKey(kind) || counts.Count < 20 ? PlainKind(kind) : "others";
        counts[known] = counts.GetValueOrDefault(known) + 1;
    }

    public IEnumerable<string> Notes =>
        counts.Count == 0
            ? []
            : [$"Not drawn, because it has no area: {string.Join(", ", counts.Select(kind => $"{kind.Key} ({kind.Value:N0})"))}."];

    private static string PlainKind(string kind) =>
        kind.Length <= 40 && kind.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? kind : "others";
}
