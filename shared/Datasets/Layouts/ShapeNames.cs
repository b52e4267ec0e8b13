using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Layouts;

/// <summary>The labels that a set's shapes have, numbered as they come.</summary>
internal sealed class ShapeNames
{
    private readonly Dictionary<string, int> keys = new(StringComparer.Ordinal);

    /// <summary>Every name with its number.</summary>
    public IReadOnlyDictionary<string, int> Keys => keys;

    public int KeyOf(string name)
    {
        var text = Nfc.Of(name);
        if (!keys.TryGetValue(text, out var key))
            keys[text] = key = keys.Count;
        return key;
    }
}
