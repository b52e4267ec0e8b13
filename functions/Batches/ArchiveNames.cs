using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace RoadSeg.Functions.Batches;

/// <summary>Paths of photos in archives: their own names without the extension, as far as every file system takes them, each once also
/// where letters differ in case alone.</summary>
/// <param name="numbered">True to number all of them: where their names are not known before.</param>
internal sealed class ArchiveNames(bool numbered = false)
{
    private const string Refused = "<>:\"|?*\\";
    private const int MostLength = 200;

    private readonly HashSet<ulong> _seen = [];
    private readonly HashSet<ulong> _shared = [];

    /// <summary>Notes a name of the batch. All are noted before the first path is asked for: the files of an archive are unpacked into one
    /// folder.</summary>
    public void Add(string? name)
    {
        if (name is not null && !_seen.Add(KeyOf(Plain(name))))
            _shared.Add(KeyOf(Plain(name)));
    }

    /// <summary>The path of a photo; with its number where others of the batch would have the same, and with that again where another is
    /// called so itself.</summary>
    /// <param name="name">The photo's name; null for one without.</param>
    /// <param name="index">Its index in the batch.</param>
    public string Of(string? name, int index)
    {
        var plain = Plain(name ?? "");
        if (!numbered && plain.Length > 0 && !_shared.Contains(KeyOf(plain)))
            return plain;
        var path = plain.Length == 0 ? "photo" : plain;
        do path = string.Create(CultureInfo.InvariantCulture, $"{path}-{index}");
        while (_seen.Contains(KeyOf(path)));
        return path;
    }

    private static ulong KeyOf(string path) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(path.ToUpperInvariant().AsSpan()));

    private static string Plain(string name)
    {
        var stem = name.LastIndexOf('.') is > 0 and var dot && dot > name.LastIndexOf('/') + 1 ? name[..dot] : name;
        var segments = stem.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Segment);
        return string.Join('/', segments);
    }

    private static string Segment(string segment)
    {
        var name = new StringBuilder();
        foreach (var rune in segment.EnumerateRunes().Take(MostLength))
            name.Append(Rune.IsControl(rune) || (rune.IsAscii && Refused.Contains((char)rune.Value)) ? "_" : rune.ToString());
        var trimmed = name.ToString().Trim().TrimEnd('.', ' ');
        return trimmed.Length == 0 || trimmed[0] == '.' ? "_" + trimmed : trimmed;
    }
}
