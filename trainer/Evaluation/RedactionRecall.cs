using System.Globalization;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Redaction;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>How much of what is to be obscured a redaction obscures, by the size of the objects. An object is a connected region (by edges)
/// of one class in the ground truth: people who touch are one.</summary>
/// <param name="labels">Classes of the ground truth.</param>
/// <param name="classes">Those to obscure.</param>
/// <param name="ignore">Value of unlabelled pixels.</param>
internal sealed class RedactionRecall(LabelCatalogue labels, IReadOnlyList<LabelClass> classes, int ignore)
{
    /// <summary>Share of an object's pixels from which it counts as covered.</summary>
    public const double Covered = 0.9;

    // By size: the square root of the area, as a share of the picture's shorter side.
    private static readonly double[] Sizes = [0.01, 0.02, 0.04, 0.08, 0.16, double.PositiveInfinity];

    private readonly Bin[,] _bins = new Bin[labels.Count, Sizes.Length];
    private long _other;
    private long _otherObscured;

    /// <summary>Runs a redaction over a set.</summary>
    /// <param name="engine">The model, of the set's classes.</param>
    /// <param name="set">Pictures with ground truth.</param>
    /// <param name="rule">How far and how surely.</param>
    public static RedactionRecall Run(SegmentationEngine engine, SegmentationSet set, RedactionRule rule)
    {
        var classes = RedactedClasses.Of(engine.Model.Name, engine.Model.Labels, null);
        var recall = new RedactionRecall(set.Labels, classes, set.IgnoreId);
        foreach (var frame in set.Frames)
        {
            var seen = engine.SegmentPhoto(frame.Image, RedactedArea.Asked(classes, engine.Model.Labels));
            recall.Add(frame.Mask, RedactedArea.Of(seen, classes, rule).Pixels, frame.Image.Width, frame.Image.Height);
        }

        return recall;
    }

    /// <summary>Counts one picture.</summary>
    /// <param name="truth">Shape [height, width]: class ids of the ground truth.</param>
    /// <param name="obscured">Shape [height, width]: 0 for what stays.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    public void Add(byte[] truth, byte[] obscured, int width, int height)
    {
        var isOne = new bool[256];
        foreach (var label in classes)
            isOne[label.Id] = true;
        var seen = new bool[truth.Length];
        var open = new Stack<int>();
        for (var i = 0; i < truth.Length; i++)
        {
            if (!isOne[truth[i]])
            {
                _other += truth[i] == ignore ? 0 : 1;
                _otherObscured += truth[i] != ignore && obscured[i] != 0 ? 1 : 0;
            }
            else if (!seen[i])
            {
                var (area, hidden) = Object(i);
                var size = Math.Sqrt(area) / Math.Min(width, height);
                ref var bin = ref _bins[truth[i], Array.FindIndex(Sizes, most => size < most)];
                bin.Objects++;
                bin.Covered += hidden >= Covered * area ? 1 : 0;
                bin.Missed += hidden == 0 ? 1 : 0;
                bin.Pixels += area;
                bin.Obscured += hidden;
            }
        }

        (long Area, long Hidden) Object(int first)
        {
            var (area, hidden) = (0L, 0L);
            seen[first] = true;
            open.Push(first);
            while (open.TryPop(out var at))
            {
                area++;
                hidden += obscured[at] != 0 ? 1 : 0;
                var x = at % width;
                if (x > 0)
                    Reach(at - 1);
                if (x < width - 1)
                    Reach(at + 1);
                if (at >= width)
                    Reach(at - width);
                if (at < truth.Length - width)
                    Reach(at + width);
            }

            return (area, hidden);

            void Reach(int next)
            {
                if (seen[next] || truth[next] != truth[first])
                    return;
                seen[next] = true;
                open.Push(next);
            }
        }
    }

    /// <summary>Writes the counts as a table for people.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine("class          size        objects  missed   covered  pixels obscured");
        foreach (var label in classes)
        {
            var sum = new Bin();
            for (var size = 0; size < Sizes.Length; size++)
            {
                Line(label.Name, Range(size), _bins[label.Id, size]);
                sum += _bins[label.Id, size];
            }

            Line(label.Name, "all", sum);
        }

        output.WriteLine(
            $"of everything else {Show(_otherObscured, _other)} was obscured. Size: square root of an object's area as a share of the "
                + $"picture's shorter side. Covered: at least {Covered:P0} of an object's pixels; missed: none."
        );

        void Line(string name, string size, Bin bin)
        {
            if (bin.Objects > 0)
                output.WriteLine(
                    $"{name, -14} {size, -11} {bin.Objects, 7}  {Show(bin.Missed, bin.Objects), 6}  {Show(bin.Covered, bin.Objects), 8}  "
                        + $"{Show(bin.Obscured, bin.Pixels), 15}"
                );
        }
    }

    private static string Range(int size) =>
        size == 0 ? $"< {Percent(Sizes[0])}"
        : size == Sizes.Length - 1 ? $">= {Percent(Sizes[size - 1])}"
        : $"{Percent(Sizes[size - 1])}-{Percent(Sizes[size])}";

    private static string Percent(double share) => $"{100 * share:0.#} %";

    private static string Show(long some, long all) =>
        all == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * some / all:F1} %");

    private record struct Bin(long Objects, long Missed, long Covered, long Pixels, long Obscured)
    {
        public static Bin operator +(Bin one, Bin other) =>
            new(
                one.Objects + other.Objects,
                one.Missed + other.Missed,
                one.Covered + other.Covered,
                one.Pixels + other.Pixels,
                one.Obscured + other.Obscured
            );
    }
}
