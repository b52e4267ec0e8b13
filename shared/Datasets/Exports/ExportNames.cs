using System.Globalization;
using System.Text;

namespace RoadSeg.Datasets.Exports;

/// <summary>File names of photos: their identifiers, as far as every file system and tool takes them, each once.</summary>
internal sealed class ExportNames
{
    // A file system takes 255 bytes; an extension and a number follow.
    private const int MostBytes = 200;

    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, int> _next = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A name without folders and extension that no other photo has, in any split and whatever the case of its letters.</summary>
    public string Of(string id)
    {
        var plain = Plain(id);
        var name = plain;
        while (!_taken.Add(name))
            name = $"{plain}-{(_next[plain] = _next.GetValueOrDefault(plain, 1) + 1).ToString(CultureInfo.InvariantCulture)}";
        return name;
    }

    private static string Plain(string id)
    {
        var name = new StringBuilder();
        var bytes = 0;
        foreach (var rune in id.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MostBytes)
                break;
            name.Append(Rune.IsControl(rune) || "<>:\"/\\|?*".Contains(rune.ToString(), StringComparison.Ordinal) ? "_" : rune.ToString());
        }

        var trimmed = name.ToString().Trim().TrimEnd('.', ' ');
        return trimmed.Length == 0 || trimmed[0] == '.' ? "_" + trimmed : trimmed;
    }
}
