using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Comparison;

/// <summary>Holds two curated versions against each other. A photo is known by the bytes of its file, whatever it is called, and classes by
/// their names. Shards are read one after the other, the earlier version's twice; the labels of changed photos wait in a temporary file, so
/// that memory grows by some hundred bytes a photo.</summary>
public sealed class DatasetComparer
{
    /// <summary>What stands for pixels without a class.</summary>
    public const string Unlabelled = "unlabelled";

    /// <summary>Name of the page.</summary>
    public const string PageFile = "diff.html";

    /// <summary>Name of the JSON form.</summary>
    public const string JsonFile = "diff.json";

    private const int Shown = 24;

    private readonly CuratedSet _before;
    private readonly CuratedSet _after;

    private DatasetComparer(CuratedSet before, CuratedSet after) => (_before, _after) = (before, after);

    /// <summary>Compares, and writes the page and the JSON form of it.</summary>
    /// <param name="before">The earlier version.</param>
    /// <param name="after">The later version.</param>
    /// <param name="folder">Folder for both files, made where it is missing; null writes none.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <exception cref="RoadSegException">curated-set-invalid: a version is damaged.</exception>
    public static DatasetComparison Compare(CuratedSet before, CuratedSet after, string? folder, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        using var spill = new SpillFile();
        var (found, samples) = new DatasetComparer(before, after).Run(spill, cancel);
        if (folder is null)
            return found;
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, JsonFile), found.ToJson());
        using var page = new StreamWriter(Path.Combine(folder, PageFile), false, new UTF8Encoding(false)) { NewLine = "\n" };
        ComparisonPage.Write(page, found, samples, before.Labels, after.Labels);
        return found;
    }

    private (DatasetComparison Found, IReadOnlyList<ChangedSample> Samples) Run(SpillFile spill, CancellationToken cancel)
    {
        var (earlier, later) = (Lines(_before), Lines(_after));
        var byBytes = earlier.Values.ToLookup(line => line.ImageSha256, StringComparer.Ordinal);

        // Each photo of the later version to the earlier one's identifier: of copies the one of the same name, else the first.
        var former = new Dictionary<string, CuratedLine>(StringComparer.Ordinal);
        foreach (var line in later.Values)
        {
            var same = byBytes[line.ImageSha256];
            if (same.FirstOrDefault(one => one.Id == line.Id) is { } named)
                former[line.Id] = named;
            else if (same.FirstOrDefault() is { } renamed && !later.ContainsKey(renamed.Id))
                former[line.Id] = renamed;
        }

        var hashes = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var sample in All(_before, cancel))
            hashes[sample.Id] = HashOf(sample, _before.Labels);

        // Labels that differ, of the later version, by the earlier one's identifier.
        var changed = new Dictionary<string, Later>(StringComparer.Ordinal);
        foreach (var sample in All(_after, cancel))
        {
            if (former.TryGetValue(sample.Id, out var line) && !hashes[line.Id].SequenceEqual(HashOf(sample, _after.Labels)))
                changed[line.Id] = new Later(
                    sample.Id,
                    sample.Image.Width,
                    sample.Image.Height,
                    spill.Put(sample.Ids),
                    spill.Put(sample.Image.Pixels)
                );
        }

        var tally = new ChangeTally(_before.Labels, _after.Labels, Shown);
        foreach (var sample in All(_before, cancel))
        {
            if (changed.TryGetValue(sample.Id, out var other))
                tally.Add(other.Id, sample, new RgbImage(other.Width, other.Height, spill.Read(other.Pixels)), spill.Read(other.Ids));
        }

        var kept = former.Values.Select(line => line.Id).ToHashSet(StringComparer.Ordinal);
        var replaced = later
            .Keys.Where(id => !former.ContainsKey(id) && earlier.ContainsKey(id) && !kept.Contains(id))
            .ToHashSet(StringComparer.Ordinal);
        return (
            new DatasetComparison
            {
                Before = Version(_before),
                After = Version(_after),
                Added = Sorted(later.Keys.Where(id => !former.ContainsKey(id) && !replaced.Contains(id))),
                Removed = Sorted(earlier.Keys.Where(id => !kept.Contains(id) && !replaced.Contains(id))),
                Replaced = Sorted(replaced),
                Relabelled = tally.Photos(),
                Moved =
                [
                    .. former
                        .Where(pair => later[pair.Key].Split != pair.Value.Split)
                        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                        .Select(pair => new MovedPhoto(pair.Key, pair.Value.Split, later[pair.Key].Split)),
                ],
                Unchanged = former.Count - tally.Count,
                Changes = tally.Pairs(),
                Classes = Classes(),
                Notes = Notes(),
            },
            tally.Samples()
        );
    }

    private static IEnumerable<CuratedSample> All(CuratedSet set, CancellationToken cancel)
    {
        foreach (var sample in set.Manifest.Splits.SelectMany(split => set.Samples(split.Split)))
        {
            cancel.ThrowIfCancellationRequested();
            yield return sample;
        }
    }

    // By the names of its classes: another order of the same classes is no change.
    private static byte[] HashOf(CuratedSample sample, LabelCatalogue labels)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{sample.Image.Width}x{sample.Image.Height}"));
        var seen = new byte[256];
        var names = new List<string>();
        var plain = new byte[sample.Ids.Length];
        for (var i = 0; i < plain.Length; i++)
        {
            var id = sample.Ids[i];
            if (seen[id] == 0)
            {
                names.Add(Named(labels, id));
                seen[id] = (byte)names.Count;
            }

            plain[i] = seen[id];
        }

        hash.AppendData(plain);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\0', names)));
        return hash.GetHashAndReset();
    }

    internal static string Named(LabelCatalogue labels, byte id) => id < labels.Count ? labels.Classes[id].Name : Unlabelled;

    private static Dictionary<string, CuratedLine> Lines(CuratedSet set)
    {
        var lines = new Dictionary<string, CuratedLine>(StringComparer.Ordinal);
        try
        {
            foreach (var text in File.ReadLines(Path.Combine(set.Folder, set.Manifest.Samples.File)))
            {
                var line = JsonSerializer.Deserialize(text, CuratedLineContext.Default.CuratedLine)
                    ?? throw new JsonException("A line of it is null.");
                lines[line.Id] = line;
            }
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw CuratedManifest.Invalid($"{set.Manifest.Samples.File} of version {set.Version} cannot be read.", e);
        }

        return lines.Count == set.Manifest.Splits.Sum(split => split.Samples)
            ? lines
            : throw CuratedManifest.Invalid($"{set.Manifest.Samples.File} of version {set.Version} is not that of its manifest.");
    }

    private List<string> Notes()
    {
        var notes = new List<string>();
        if (_before.Manifest.Target != _after.Manifest.Target)
            notes.Add(
                "The versions were curated at different sizes: labels are compared at the later one's, by the nearest pixel, and "
                    + "borders count as changed."
            );
        if (_before.Manifest.Name != _after.Manifest.Name)
            notes.Add("The versions are of sets of different names.");
        return notes;
    }

    private List<ComparedClass> Classes()
    {
        var (before, after) = (Pixels(_before), Pixels(_after));
        var (allBefore, allAfter) = (Math.Max(1, before.Values.Sum()), Math.Max(1, after.Values.Sum()));
        var colors = _before.Labels.Classes.Concat(_after.Labels.Classes).GroupBy(label => label.Name).Select(same => same.Last());
        return
        [
            .. colors
                .Select(label =>
                {
                    long? was = before.TryGetValue(label.Name, out var earlier) ? earlier : null;
                    long? now = after.TryGetValue(label.Name, out var later) ? later : null;
                    return new ComparedClass(
                        label.Name,
                        label.Color,
                        was,
                        now,
                        (double)(was ?? 0) / allBefore,
                        (double)(now ?? 0) / allAfter
                    );
                })
                .OrderByDescending(label => Math.Abs(label.ShareAfter - label.ShareBefore))
                .ThenBy(label => label.Name, StringComparer.Ordinal),
        ];
    }

    private static Dictionary<string, long> Pixels(CuratedSet set)
    {
        var counts = new long[set.Labels.Count];
        foreach (var split in set.Manifest.Splits)
        {
            for (var id = 0; id < counts.Length; id++)
                counts[id] += split.PixelCounts[id];
        }

        return set.Labels.Classes.ToDictionary(label => label.Name, label => counts[label.Id], StringComparer.Ordinal);
    }

    private static ComparedVersion Version(CuratedSet set) =>
        new(set.Manifest.Name, set.Version, (int)set.Manifest.Splits.Sum(split => split.Samples), Pixels(set).Values.Sum());

    private static List<string> Sorted(IEnumerable<string> ids) => [.. ids.Order(StringComparer.Ordinal)];

    /// <param name="Id">Identifier in the later version.</param>
    /// <param name="Width">Of the picture.</param>
    /// <param name="Height">Of the picture.</param>
    /// <param name="Ids">Class ids.</param>
    /// <param name="Pixels">The picture.</param>
    private sealed record Later(string Id, int Width, int Height, Spilled Ids, Spilled Pixels);
}
