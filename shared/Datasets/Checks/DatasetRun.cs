using System.Runtime.CompilerServices;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Layouts;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Checks;

/// <summary>One pass over a data set: list, pair, divide, then read pair by pair in the plan's order with a bounded number under
/// way.</summary>
internal sealed class DatasetRun : IDisposable
{
    private readonly IDatasetFiles files;
    private readonly DatasetOptions options;
    private readonly IProgress<DatasetProgress>? progress;
    private readonly FaultLog faults;
    private readonly FileIndex index;
    private readonly LayoutResult layout;
    private readonly SpillFile aside;
    private readonly SplitPlan plan;
    private readonly Duplicates duplicates = new();

    private DatasetRun(
        IDatasetFiles files,
        DatasetSpec spec,
        DatasetOptions options,
        IProgress<DatasetProgress>? progress,
        FaultLog faults,
        FileIndex index,
        LayoutResult layout,
        SpillFile aside
    )
    {
        (this.files, Spec, this.options, this.progress, this.faults, this.index, this.layout, this.aside) = (
            files,
            spec,
            options,
            progress,
            faults,
            index,
            layout,
            aside
        );
        plan = SplitPlan.Make(layout.Pairs, spec.Split);
        Statistics = new SetStatistics(layout.Map);
        Shown = new ShownSamples(options.SamplesShown, spec.Split.Seed);
    }

    public DatasetSpec Spec { get; }

    /// <summary>Size of the curated images.</summary>
    public PreprocessSpec Target => Spec.Target ?? DatasetSpec.ShippedInput;

    public LabelMap Map => layout.Map;

    public SplitSource SplitBy => plan.By;

    public SetStatistics Statistics { get; }

    /// <summary>Samples for the report.</summary>
    public ShownSamples Shown { get; }

    public static async Task<DatasetRun> OpenAsync(
        IDatasetFiles files,
        DatasetSpec spec,
        DatasetOptions options,
        IProgress<DatasetProgress>? progress,
        Action<DatasetFault>? everyFault,
        CancellationToken cancel
    )
    {
        DatasetSpecJson.Check(spec);
        progress?.Report(new DatasetProgress("listing", 0, 0));
        var faults = new FaultLog(options.FaultsListed, everyFault);
        var index = await FileIndex.ReadAsync(files, options.MaxFiles, faults, cancel);
        if (index.Paths.All(static path => path == DatasetSpec.FileName))
            throw new RoadSegException(
                ErrorCodes.DatasetEmpty,
                "No file lies beside dataset.json, which is the last of a set to be sent: send the others, and then dataset.json once more."
            );
        var aside = new SpillFile();
        try
        {
            var layout = await LayoutPresets
                .Find(spec.Layout)
                .ReadAsync(new LayoutInput(index.Files, index, spec, faults, aside, options.Limits), cancel);
            return new DatasetRun(index.Files, spec, options, progress, faults, index, layout, aside);
        }
        catch
        {
            aside.Dispose();
            throw;
        }
    }

    public void Dispose() => aside.Dispose();

    /// <summary>The usable samples in the plan's order. Enumerate once, to the end, before <see cref="Report"/>.</summary>
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var reader = new SampleReader(files, layout.Map, Spec, Target, options);
        var underWay = new Queue<Task<SampleOutcome>>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var next = 0;
            for (var done = 0; done < plan.Order.Count; done++)
            {
                for (; next < plan.Order.Count && underWay.Count < options.Concurrency * 2; next++)
                {
                    var (pair, split) = plan.Order[next];
                    underWay.Enqueue(Task.Run(() => reader.ReadAsync(pair, split, stop.Token), stop.Token));
                }

                if (Accept(await underWay.Dequeue()) is { } sample)
                    yield return sample;
                progress?.Report(new DatasetProgress("reading", done + 1, plan.Order.Count));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(underWay)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private Sample? Accept(SampleOutcome outcome)
    {
        foreach (var fault in outcome.Faults)
            faults.Add(fault);
        if (outcome.Sample is not { } sample)
            return null;
        if (duplicates.EqualTo(sample) is { } original)
        {
            faults.Add(FaultKind.ImageDuplicate, sample.Pair.Image, $"Has the bytes of {original}.");
            return null;
        }

        Statistics.AddValues(sample);
        if (!outcome.Usable)
            return null;
        if (duplicates.Keep(sample) is var (image, split, distance))
            faults.Add(
                FaultKind.NearDuplicateAcrossSplits,
                sample.Pair.Image,
                $"Nearly equals {image} of {split.ToString().ToLowerInvariant()} ({distance} of 256 bits differ)."
            );
        Statistics.AddUsable(sample);
        Shown.Offer(sample);
        return sample;
    }

    public DatasetReport Report(DateTimeOffset at) =>
        new()
        {
            Name = Spec.Name,
            Layout = Spec.Layout,
            Licence = Spec.Licence,
            CreatedAt = at,
            Problem = Problem(),
            Files = index.Paths.Count,
            Pairs = layout.Pairs.Count,
            Usable = Statistics.Usable,
            Target = Target,
            SplitBy = plan.By,
            Splits =
            [
                .. Statistics
                    .Splits.OrderBy(split => split.Key)
                    .Select(split => new SplitCount(split.Key, split.Value.Images, split.Value.Groups)),
            ],
            Sizes = Statistics.Sizes,
            Classes = Statistics.Classes,
            Values = Statistics.Values,
            Pixels = Statistics.Pixels,
            UnknownPixels = Statistics.UnknownPixels,
            LabelMapSha256 = layout.Map.Sha256,
            Faults = faults.Groups,
            Notes =
            [
                .. layout.Notes,
                .. plan.Notes,
                .. Spec.Reviewed is { Count: > 0 } reviewed
                    ? [$"A person has reviewed the masks of {reviewed.Count:N0} images, as dataset.json says."]
                    : (string[])[],
                .. Spec.Target is null ? [DatasetSpec.SizedFor(Target, "the model that RoadSeg ships with")] : (string[])[],
            ],
        };

    private DatasetProblem? Problem()
    {
        if (Statistics.UnknownShare > Spec.MaxUnknownShare)
        {
            var worst = Statistics
                .Values.Where(value => value.Class is "unknown" or "ambiguous")
                .Take(5)
                .Select(value => $"{value.Value}{(value.Name.Length > 0 ? $" ({value.Name})" : "")} on {value.Pixels:N0} pixels");
            return Of(
                ErrorCodes.DatasetLabelsUnknown,
                $"{Statistics.UnknownShare:P1} of the mask pixels hold values that the label map does not know or knows as several "
                    + $"classes (at most {Spec.MaxUnknownShare:P0} may): {string.Join(", ", worst)}. Map them in dataset.json, to a "
                    + "class or to \"ignore\"."
            );
        }

        if (Statistics.Usable == 0)
        {
            var reason = faults.Groups.Where(group => group.Skipped).MaxBy(group => group.Count);
            return Of(
                ErrorCodes.DatasetEmpty,
                reason is null
                    ? "The data set holds no image with a mask."
                    : $"No image with a mask is left: of {layout.Pairs.Count:N0} pairs none passed. The most frequent reason, "
                        + $"{reason.Count:N0} times: {reason.Examples[0].File}: {reason.Examples[0].Detail}"
            );
        }

        // Of a layout's own division test may be missing; training needs the other two.
        (Split Split, double Share)[] wanted =
            plan.By == SplitSource.Layout
                ? [(Split.Train, 1), (Split.Val, Spec.Split.Val)]
                : [(Split.Train, Spec.Split.Train), (Split.Val, Spec.Split.Val), (Split.Test, Spec.Split.Test)];
        foreach (var (split, share) in wanted)
        {
            if (share > 0 && !Statistics.Splits.ContainsKey(split))
                return Of(
                    ErrorCodes.DatasetSplitEmpty,
                    $"The split {split.ToString().ToLowerInvariant()} has no image: {Statistics.Usable:N0} usable images in "
                        + $"{Statistics.Splits.Values.Sum(counts => counts.Groups)} groups cannot be divided "
                        + $"{(plan.By == SplitSource.Layout ? "as the layout and the shares say" : "as asked")}. Change split.group "
                        + $"or the shares{(plan.By == SplitSource.Layout ? ", or add images of that split" : "")}."
                );
        }

        return null;
    }

    private static DatasetProblem Of(ErrorCode code, string message) => new(code.Code, message);
}
