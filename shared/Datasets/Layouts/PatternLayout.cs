using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A layout that patterns describe.</summary>
/// <param name="name">Name in dataset.json.</param>
/// <param name="summary">One line for people.</param>
/// <param name="alternatives">Forms of the layout: the first whose masks are there holds.</param>
/// <param name="labels">What the layout knows of its labels; null result for nothing.</param>
/// <param name="refine">Group and division that only names show; null for none.</param>
/// <param name="leftOut">What of the files belongs to the form and is not read, with the reason; null for none.</param>
/// <param name="notes">What a person should know.</param>
internal sealed class PatternLayout(
    string name,
    string summary,
    IReadOnlyList<PatternSpec> alternatives,
    Func<LayoutInput, CancellationToken, Task<SourceLabels?>> labels,
    Func<SamplePair, SamplePair>? refine = null,
    Func<FileIndex, IEnumerable<string>>? leftOut = null,
    params string[] notes
) : Layout(name, summary)
{
    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var map = LabelMapBuilder.Build(input.Spec.Labels, await labels(input, cancel));
        var own = input.Spec.Patterns is not null;
        var (image, mask) = Choose(input);
        IEnumerable<SamplePair> pairs = PatternPairs.Match(input.Index, image, mask, input.Faults);
        return new LayoutResult(
            [.. refine is null ? pairs : pairs.Select(refine)],
            map,
            own ? notes : [.. notes, .. leftOut?.Invoke(input.Index) ?? []]
        );
    }

    private (PathPattern Image, PathPattern Mask) Choose(LayoutInput input)
    {
        if (input.Spec.Patterns is { } own)
            return (new PathPattern(own.Image, anywhere: false), new PathPattern(own.Mask, anywhere: false));
        (PathPattern, PathPattern)? first = null;
        foreach (var form in alternatives)
        {
            var (image, mask) = (new PathPattern(form.Image, anywhere: true), new PathPattern(form.Mask, anywhere: true));
            if (!input.Index.Paths.Any(path => mask.Match(path) is not null))
                continue;
            if (input.Index.Paths.Any(path => mask.Match(path) is null && image.Match(path) is not null))
                return (image, mask);
            first ??= (image, mask);
        }

        // Masks without any image: read all the same, so that the report lists them.
        if (first is { } masksOnly)
            return masksOnly;
        throw DatasetErrors.Invalid(
            alternatives.Count == 0
                ? "The layout 'pairs' needs patterns.image and patterns.mask."
                : $"No mask lies where the layout '{Name}' has them: {string.Join(" or ", alternatives.Select(form => form.Mask))}. "
                    + $"{string.Concat(leftOut?.Invoke(input.Index).Select(note => note + " ") ?? [])}Choose another layout, or give "
                    + "patterns.image and patterns.mask."
        );
    }
}
