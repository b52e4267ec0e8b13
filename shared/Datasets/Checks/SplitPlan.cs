using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Layouts;

namespace RoadSeg.Datasets.Checks;

/// <summary>Which pair goes into which split, and in which order they are read. A function of names, seed and shares alone: neither a
/// disk's order nor a broken file changes it.</summary>
/// <param name="Order">Test first, then val, then train: a duplicate stays where it is measured and leaves where it is learned. Train is in
/// an order that the seed shuffled, so that shards read one after the other are already mixed.</param>
/// <param name="By">Where the division came from.</param>
/// <param name="Notes">What a person should know.</param>
internal sealed record SplitPlan(IReadOnlyList<(SamplePair Pair, Split Split)> Order, SplitSource By, IReadOnlyList<string> Notes)
{
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    public static SplitPlan Make(IReadOnlyList<SamplePair> pairs, SplitSpec spec)
    {
        var grouped = Grouped(pairs, spec.Group);
        var layoutKnows = grouped.Count > 0 && grouped.All(pair => pair.Split is not null);
        if (spec.By == SplitSource.Layout && !layoutKnows)
            throw DatasetErrors.Invalid(
                $"split.by is \"layout\", but the layout gives '{grouped.FirstOrDefault(pair => pair.Split is null)?.Id}' no split. Use "
                    + "\"seed\"."
            );
        var by = spec.By == SplitSource.Seed || !layoutKnows ? SplitSource.Seed : SplitSource.Layout;
        var splits =
            by == SplitSource.Layout ? [.. grouped.Select(pair => (pair, split: pair.Split!.Value))] : BySeed(grouped, spec).ToList();
        var notes = new List<string>();
        if (by == SplitSource.Layout && WithVal(splits, spec) is var (divided, note))
        {
            splits = divided;
            notes.Add(note);
        }

        var order = splits
            .OrderByDescending(entry => entry.split)
            .ThenBy(entry => entry.split == Split.Train ? Hash(spec.Seed, Key(entry.pair)) : 0)
            .ThenBy(entry => entry.pair.Id, StringComparer.Ordinal)
            .ThenBy(entry => entry.pair.Image, StringComparer.Ordinal)
            .ToList();
        return new SplitPlan(order, by, [.. notes, .. Shared(order.Select(entry => (entry.pair.Group, entry.split)))]);
    }

    // Training watches val: a layout that brings none gives a part of its train to it. Null where there is nothing to do, or one group
    // alone, which the report refuses.
    private static (List<(SamplePair pair, Split split)> Splits, string Note)? WithVal(
        List<(SamplePair Pair, Split Split)> splits,
        SplitSpec spec
    )
    {
        if (spec.Val <= 0 || splits.Exists(entry => entry.Split == Split.Val))
            return null;
        var train = splits.Where(entry => entry.Split == Split.Train).Select(entry => entry.Pair).ToList();
        var share = spec.Val / (spec.Train + spec.Val);
        var divided = BySeed(train, spec with { Train = 1 - share, Val = share, Test = 0 }).ToList();
        var taken = divided.Count(entry => entry.split == Split.Val);
        return taken == 0
            ? null
            : (
                [.. splits.Where(entry => entry.Split != Split.Train), .. divided],
                $"The layout brings no val: {taken:N0} of the {train.Count:N0} pairs of train are taken for it by seed and group. Add a "
                    + "val of your own to decide which, or set split.val to 0."
            );
    }

    private static List<SamplePair> Grouped(IReadOnlyList<SamplePair> pairs, string? pattern)
    {
        if (pattern is null)
            return [.. pairs];
        if (pattern == "none")
            return [.. pairs.Select(pair => pair with { Group = null })];
        Regex regex;
        try
        {
            regex = new Regex(Nfc.Of(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTime);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw DatasetErrors.Invalid($"split.group is no regular expression that is taken: {e.Message}", e);
        }

        return
        [
            .. pairs.Select(pair =>
                regex.Match(pair.Id) is { Success: true } match && match.Groups.Count > 1
                    ? pair with
                    {
                        Group = match.Groups[1].Value,
                    }
                    : throw DatasetErrors.Invalid($"split.group does not match '{pair.Id}', or has no group in parentheses.")
            ),
        ];
    }

    private static IEnumerable<(SamplePair pair, Split split)> BySeed(List<SamplePair> pairs, SplitSpec spec)
    {
        // A pair without a group is one of its own.
        var groups = pairs
            .GroupBy(pair => pair.Group is { } group ? "group " + group : "single " + Key(pair), StringComparer.Ordinal)
            .OrderBy(group => Hash(spec.Seed, group.Key))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        (Split Split, double Wanted)[] wanted =
        [
            (Split.Val, spec.Val * pairs.Count),
            (Split.Test, spec.Test * pairs.Count),
            (Split.Train, spec.Train * pairs.Count),
        ];
        var have = new Dictionary<Split, double>();
        var given = new Dictionary<string, Split>(StringComparer.Ordinal);

        // One group each for the small splits first, the one that fits best; without that a few large drives would all go to train.
        foreach (var (split, share) in wanted.Where(entry => entry.Wanted > 0 && entry.Split != Split.Train))
        {
            if (
                groups.Where(group => !given.ContainsKey(group.Key)).MinBy(group => Math.Abs(group.Count() - share)) is { } best
                && groups.Count - given.Count > 1
            )
                Give(best, split);
        }

        foreach (var group in groups.Where(group => !given.ContainsKey(group.Key)))
            Give(group, wanted.MaxBy(entry => entry.Wanted - have.GetValueOrDefault(entry.Split)).Split);
        return groups.SelectMany(group => group.Select(pair => (pair, given[group.Key])));

        void Give(IGrouping<string, SamplePair> group, Split split)
        {
            given[group.Key] = split;
            have[split] = have.GetValueOrDefault(split) + group.Count();
        }
    }

    private static List<string> Shared(IEnumerable<(string? Group, Split Split)> entries)
    {
        var shared = entries
            .Where(entry => entry.Group is not null)
            .Distinct()
            .GroupBy(entry => entry.Group!)
            .Where(group => group.Count() > 1)
            .Select(group => group.Key)
            .Order(StringComparer.Ordinal)
            .ToList();
        return shared.Count == 0
            ? []
            :
            [
                $"{shared.Count} {(shared.Count == 1 ? "drive or scene has" : "drives or scenes have")} images in several splits "
                    + $"({string.Join(", ", shared.Take(5))}{(shared.Count > 5 ? ", ..." : "")}): neighbouring frames may leak from "
                    + $"training into scores. \"split\": {{\"by\": \"seed\"}} divides by group.",
            ];
    }

    private static string Key(SamplePair pair) => $"{pair.Split} {pair.Id}";

    private static ulong Hash(long seed, string text) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text), seed);
}
