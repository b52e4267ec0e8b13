using System.Globalization;
using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Mapping;

/// <summary>Joins what a layout knows of its labels with what <c>dataset.json</c> says: the user's word wins, label by label.</summary>
internal static class LabelMapBuilder
{
    /// <param name="spec">The user's part; null for none.</param>
    /// <param name="source">The layout's part; null when the layout knows no labels.</param>
    public static LabelMap Build(LabelSpec? spec, SourceLabels? source)
    {
        spec ??= new LabelSpec();
        var catalogue = Catalogue(spec)
            ?? source?.Catalogue
            ?? throw DatasetErrors.Invalid(
                $"The layout brings no classes: give labels.classes, or labels.catalogue as one of "
                    + $"{string.Join(", ", BuiltInCatalogues.Names)}."
            );
        var own = catalogue != source?.Catalogue;
        var encoding = spec.Encoding ?? source?.Encoding ?? MaskEncoding.Id;
        var classes = catalogue.Classes.ToDictionary(label => label.Name, label => label.Id, StringComparer.OrdinalIgnoreCase);
        var entries = new List<LabelEntry>();
        var unmapped = new Dictionary<int, string>();
        var labels = source is not null && source.Encoding == encoding ? source.Labels : [];
        var wanted = Wanted(spec.Map, encoding, labels, classes);
        foreach (var label in labels)
        {
            if (wanted.ContainsKey(label.Key))
                continue;
            // With other classes than the preset's only an equal name carries over; "ignore" means the same everywhere, unless one of the
            // classes has its name.
            var target = own && (label.Target != SourceLabel.Ignore || classes.ContainsKey(label.Name)) ? label.Name : label.Target;
            if (target == SourceLabel.Ignore)
                entries.Add(new LabelEntry(label.Key, label.Name, null));
            else if (target is not null && classes.TryGetValue(target, out var id))
                entries.Add(new LabelEntry(label.Key, label.Name, id));
            else
                unmapped[label.Key] = label.Name;
        }

        // Classes without any map or list: their ids are the values, which is what plain id masks hold.
        if (labels.Count == 0 && wanted.Count == 0 && encoding == MaskEncoding.Id)
            entries.AddRange(catalogue.Classes.Select(label => new LabelEntry(label.Id, label.Name, label.Id)));
        if (labels.Count == 0 && wanted.Count == 0 && encoding == MaskEncoding.Color)
            entries.AddRange(catalogue.Classes.Select(label => new LabelEntry(LabelMap.Pack(label.Color), label.Name, label.Id)));
        if (
            labels.Count == 0
            && encoding == MaskEncoding.Id
            && catalogue.IgnoreId is { } ignored
            && !wanted.ContainsKey(ignored)
            && entries.TrueForAll(entry => entry.Key != ignored)
        )
            entries.Add(new LabelEntry(ignored, "unlabelled", null));
        entries.AddRange(wanted.Values);
        return spec.ReduceLabels
            ? new LabelMap(
                catalogue,
                encoding,
                Reduced(entries, catalogue.IgnoreId),
                unmapped.ToDictionary(label => label.Key + 1, label => label.Value)
            )
            : new LabelMap(catalogue, encoding, entries, unmapped);
    }

    // ADE-style masks count from 1 and keep 0 for "no label"; the ignore id is no number of theirs.
    private static List<LabelEntry> Reduced(List<LabelEntry> entries, int? ignored) =>
        [
            new LabelEntry(0, "unlabelled", null),
            .. entries.Select(entry => entry.ClassId is null && entry.Key == ignored ? entry : entry with { Key = entry.Key + 1 }),
        ];

    private static LabelCatalogue? Catalogue(LabelSpec spec)
    {
        if (spec.Classes is not null && spec.Catalogue is not null)
            throw DatasetErrors.Invalid("Give labels.catalogue or labels.classes, not both.");
        if (spec.Classes is { } classes)
            return ClassColors.Catalogue(classes.Select(label => (Nfc.Of(label.Name), label.Color)));
        return spec.Catalogue is { } name
            ? BuiltInCatalogues.Find(name)
                ?? throw DatasetErrors.Invalid(
                    $"There is no catalogue '{name}': choose of {string.Join(", ", BuiltInCatalogues.Names)}, or give labels.classes."
                )
            : null;
    }

    private static Dictionary<int, LabelEntry> Wanted(
        IReadOnlyDictionary<string, JsonElement>? map,
        MaskEncoding encoding,
        IReadOnlyList<SourceLabel> labels,
        Dictionary<string, int> classes
    )
    {
        var wanted = new Dictionary<int, LabelEntry>();
        foreach (var (written, value) in map ?? new Dictionary<string, JsonElement>())
        {
            var text = Nfc.Of(written);
            var target = Target(text, value, classes);
            foreach (var (key, name) in Keys(text, encoding, labels))
            {
                if (!wanted.TryAdd(key, new LabelEntry(key, name, target)) && wanted[key].ClassId != target)
                    throw DatasetErrors.Invalid(
                        $"labels.map gives '{text}' a second meaning: the same value is already mapped to another class."
                    );
            }
        }

        return wanted;
    }

    private static int? Target(string key, JsonElement value, Dictionary<string, int> classes) =>
        value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Number when value.TryGetInt32(out var id) && id >= 0 && id < classes.Count => id,
            JsonValueKind.String when value.Text() == SourceLabel.Ignore => null,
            JsonValueKind.String when value.Text() is { } name && classes.TryGetValue(Nfc.Of(name), out var id) => id,
            _ => throw DatasetErrors.Invalid(
                $"labels.map maps '{key}' to {DatasetErrors.Shown(value.GetRawText())}, which is no class of the catalogue: name one of "
                    + $"{string.Join(", ", classes.Keys)}, a class id, or \"ignore\"."
            ),
        };

    /// <summary>The values that a key of the user's map stands for: a hex colour, r,g,b, an id, or a name of the source's list.</summary>
    private static List<(int Key, string Name)> Keys(string text, MaskEncoding encoding, IReadOnlyList<SourceLabel> labels)
    {
        if (TryColor(text) is { } color)
        {
            Expect(MaskEncoding.Color);
            return [(color, Name(color))];
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            Expect(MaskEncoding.Id);
            return [(id, Name(id))];
        }

        var named = labels
            .Where(label => label.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
            .Select(label => (label.Key, label.Name))
            .ToList();
        return named.Count > 0
            ? named
            : throw DatasetErrors.Invalid(
                labels.Count == 0
                    ? $"labels.map names '{text}', but the layout lists no names: use '#rrggbb', 'r,g,b' or an id."
                    : $"labels.map names '{text}', which the source does not list. It lists "
                        + $"{string.Join(", ", labels.Select(label => label.Name).Distinct().Take(300))}."
            );

        string Name(int key) => labels.FirstOrDefault(label => label.Key == key)?.Name ?? "";

        void Expect(MaskEncoding needed)
        {
            if (encoding != needed)
                throw DatasetErrors.Invalid(
                    $"labels.map has the key '{text}', but the masks hold {(encoding == MaskEncoding.Color ? "colours" : "ids")}. Set "
                        + "labels.encoding, or use keys of the other kind."
                );
        }
    }

    private static int? TryColor(string text)
    {
        if (text.StartsWith('#'))
        {
            try
            {
                return LabelMap.Pack(RgbColor.Parse(text));
            }
            catch (FormatException e)
            {
                throw DatasetErrors.Invalid($"labels.map: {e.Message}", e);
            }
        }

        var parts = text.Split(',', StringSplitOptions.TrimEntries);
        return
            parts.Length == 3
            && Array.TrueForAll(parts, part => byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            ? LabelMap.Pack(new RgbColor(Byte(parts[0]), Byte(parts[1]), Byte(parts[2])))
            : null;

        static byte Byte(string part) => byte.Parse(part, CultureInfo.InvariantCulture);
    }
}
