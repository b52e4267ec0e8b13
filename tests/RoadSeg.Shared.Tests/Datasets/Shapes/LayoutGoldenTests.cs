using System.Globalization;
using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>Each drawn layout on a tiny set with that format's traps, down to the pixel: tests/golden/layouts/NAME.txt holds what comes of it, for a person to read.
/// <c>ROADSEG_PIN=1</c> writes them anew: look at the difference before it is committed.</summary>
public sealed class LayoutGoldenTests
{
    public static TheoryData<string> Names => [.. TrapSets.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_set_with_the_traps_of_its_format_gives_the_pinned_masks_classes_and_findings(string name)
    {
        using var drop = new Drop();
        TrapSets.All[name](drop);
        var spec = Drop.Of(name.Split('.')[0], new SplitSpec { By = TrapSets.BySeed.Contains(name) ? SplitSource.Seed : SplitSource.Auto, Train = 1, Val = 0, Test = 0 }) with { Target = new PreprocessSpec(ResizeMode.Stretch, Drop.Width, Drop.Height, 1) };

        var (report, set) = await drop.CurateAsync(spec);

        var text = Shown(report, set);
        var golden = Checkout.File($"tests/golden/layouts/{name}.txt");
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            await File.WriteAllTextAsync(golden, text, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(golden), $"{golden} is missing: ROADSEG_PIN=1 writes it.");
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text);
    }

    private static string Shown(DatasetReport report, CuratedSet? set)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"pairs {report.Pairs}, usable {report.Usable}, by {report.SplitBy}\n\n");
        foreach (var label in report.Classes)
            text.Append(CultureInfo.InvariantCulture, $"class {label.Id} {label.Name} {label.Color} {label.Pixels}\n");
        text.Append('\n');
        foreach (var value in report.Values)
            text.Append(CultureInfo.InvariantCulture, $"value {value.Value} {value.Name} -> {value.Class} {value.Pixels}\n");
        text.Append('\n');
        foreach (var fault in report.Faults.SelectMany(group => group.Examples))
            text.Append(CultureInfo.InvariantCulture, $"{fault.Kind} {fault.File} ({fault.Pixels}): {fault.Detail}\n");
        foreach (var note in report.Notes)
            text.Append(CultureInfo.InvariantCulture, $"note: {note}\n");
        var samples = set is null ? [] : set.Manifest.Splits.SelectMany(split => set.Samples(split.Split).Select(sample => (split.Split, Sample: sample))).ToList();
        foreach (var (split, sample) in samples.OrderBy(of => of.Sample.Id, StringComparer.Ordinal).ThenBy(of => of.Split))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{split} {sample.Id}").Append('\n');
            foreach (var row in sample.Ids.Chunk(Drop.Width))
                text.Append([.. row.Select(id => id == 255 ? '.' : (char)('0' + id))]).Append('\n');
        }

        return text.ToString();
    }
}
