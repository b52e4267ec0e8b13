using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>From the values of a source's masks to the classes of a catalogue. A value it does not know, or knows as two things, stays
/// unlabelled and is reported with its pixels.</summary>
public sealed class LabelMap
{
    private readonly FrozenDictionary<int, LabelEntry> byKey;
    private readonly FrozenDictionary<int, string> unmapped;

    /// <param name="catalogue">The classes to map to.</param>
    /// <param name="encoding">What the keys are.</param>
    /// <param name="entries">Known values. One key may come twice as long as it means the same class; otherwise it is ambiguous.</param>
    /// <param name="unmapped">Names of values that the source lists but nobody mapped, for the report.</param>
    /// <exception cref="ArgumentException">A class id that the catalogue does not have.</exception>
    public LabelMap(
        LabelCatalogue catalogue,
        MaskEncoding encoding,
        IReadOnlyList<LabelEntry> entries,
        IReadOnlyDictionary<int, string>? unmapped = null
    )
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.FirstOrDefault(entry => entry.ClassId is < 0 || entry.ClassId >= catalogue.Count) is { } wrong)
            throw new ArgumentException(
                $"'{wrong.Name}' is mapped to class {wrong.ClassId}, which the catalogue of {catalogue.Count} does not have.",
                nameof(entries)
            );
        (Catalogue, Encoding, Entries) = (catalogue, encoding, entries);
        var groups = entries.GroupBy(entry => entry.Key).ToList();
        byKey = groups.Where(Agree).ToFrozenDictionary(group => group.Key, group => group.First() with { Name = Names(group) });
        Ambiguous = groups.Where(group => !Agree(group)).ToFrozenDictionary(group => group.Key, Names);
        this.unmapped = (unmapped ?? FrozenDictionary<int, string>.Empty).Where(pair => !byKey.ContainsKey(pair.Key)).ToFrozenDictionary();
        Sha256 = Hash();
    }

    /// <summary>The classes mapped to.</summary>
    public LabelCatalogue Catalogue { get; }

    /// <summary>What the keys are.</summary>
    public MaskEncoding Encoding { get; }

    /// <summary>All entries as given.</summary>
    public IReadOnlyList<LabelEntry> Entries { get; }

    /// <summary>Keys that were given for different classes, with the names of both. Their pixels stay unlabelled.</summary>
    public IReadOnlyDictionary<int, string> Ambiguous { get; }

    /// <summary>SHA-256 of the classes and entries, lower case hexadecimal: two sets with one hash were labelled alike.</summary>
    public string Sha256 { get; }

    /// <summary>The entry of a value; false for unknown and ambiguous ones.</summary>
    public bool TryGet(int key, out LabelEntry? entry) => byKey.TryGetValue(key, out entry);

    /// <summary>What the source calls a value, mapped or not; empty when it gives no name.</summary>
    public string NameOf(int key) =>
        byKey.TryGetValue(key, out var entry) ? entry.Name
        : Ambiguous.TryGetValue(key, out var names) ? names
        : unmapped.GetValueOrDefault(key, "");

    /// <summary>A value as people write it: <c>#rrggbb</c> or a number.</summary>
    public string Text(int key) => Encoding == MaskEncoding.Color ? Packed(key).ToString() : key.ToString(CultureInfo.InvariantCulture);

    /// <summary>A colour as a key.</summary>
    public static int Pack(RgbColor color) => (color.R << 16) | (color.G << 8) | color.B;

    /// <summary>A key as a colour.</summary>
    public static RgbColor Packed(int key) => new((byte)(key >> 16), (byte)(key >> 8), (byte)key);

    private static bool Agree(IGrouping<int, LabelEntry> group) => group.Select(entry => entry.ClassId).Distinct().Count() == 1;

    private static string Names(IEnumerable<LabelEntry> entries) => string.Join(" / ", entries.Select(entry => entry.Name).Distinct());

    private string Hash()
    {
        var text = new StringBuilder()
            .AppendJoin('\n', Catalogue.Classes.Select(label => $"{label.Id} {label.Name} {label.Color}"))
            .Append('\n')
            .Append(Encoding)
            .Append('\n');
        foreach (var entry in Entries.OrderBy(entry => entry.Key).ThenBy(entry => entry.ClassId))
            text.Append(CultureInfo.InvariantCulture, $"{entry.Key}>{entry.ClassId?.ToString(CultureInfo.InvariantCulture) ?? "ignore"}\n");
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
    }
}
