using RoadSeg.Errors;
using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;

namespace RoadSeg.Trainer.Publishing;

/// <summary>Decides whether a version may go live by itself. Everything is measured here and now, through the engine that serves, candidate
/// and live version on the same frames of the same machine.</summary>
/// <param name="options">The limits.</param>
/// <param name="time">When.</param>
/// <param name="goOn">Called between measurements; throws to stop.</param>
/// <param name="compared">Called with how far the two versions differ on each photo; null when nobody listens.</param>
internal sealed class Gate(GateOptions options, TimeProvider time, Action goOn, Action<PhotoDisagreement>? compared = null)
{
    private const int TimedRuns = 15;
    private const string ByHand = "an operator may promote it by hand.";

    /// <param name="candidate">The version to judge.</param>
    /// <param name="live">The version that is live; null for a model's first.</param>
    /// <param name="val">Frames with ground truth.</param>
    /// <param name="photos">Recent photos of the deployment.</param>
    public async Task<GateReport> JudgeAsync(
        ModelPackage candidate,
        ModelPackage? live,
        SegmentationSet val,
        IAsyncEnumerable<RecentPhoto> photos
    )
    {
        var checks = new List<GateCheck> { SelfTest(candidate) };
        if (checks[0].Passed)
        {
            using var engine = SegmentationEngine.Load(candidate);
            var scores = OnnxEvaluation.Run(engine, val).Pixels;
            goOn();
            using var other = live is null ? null : SegmentationEngine.Load(live);
            checks.AddRange(
                other switch
                {
                    null => First(scores, val),
                    _ when !Same(candidate, live!) => Incomparable(live!),
                    _ => Compared(scores, OnnxEvaluation.Run(other, val).Pixels, val),
                }
            );
            checks.Add(Int8(candidate, scores, val));
            goOn();
            checks.Add(
                other is null
                    ? Nothing("latency", options.Latency, true, "The model's first version: there is none to be slower than.")
                    : Latency(engine, other, val)
            );
            goOn();
            checks.Add(
                other switch
                {
                    null => Nothing(
                        "disagreement",
                        options.Disagreement,
                        true,
                        "The model's first version: there is none to disagree with."
                    ),
                    _ when !Same(candidate, live!) => Nothing(
                        "disagreement",
                        options.Disagreement,
                        false,
                        $"The live version has other classes, so that its masks cannot be compared; {ByHand}"
                    ),
                    _ => await DisagreementAsync(engine, other, photos),
                }
            );
        }

        return new GateReport(checks.TrueForAll(check => check.Passed), live?.Manifest.Version, checks, time.GetUtcNow());
    }

    private static GateCheck SelfTest(ModelPackage candidate)
    {
        try
        {
            var least = 1.0;
            foreach (var precision in candidate.Manifest.Graphs.Keys)
            {
                using var engine = SegmentationEngine.Load(candidate, new EngineOptions { Precision = precision });
                least = Math.Min(least, engine.SelfTest()?.Agreement ?? 1);
            }

            var demanded = candidate.Manifest.SelfTest?.MinimumAgreement;
            return new GateCheck(
                "self-test",
                true,
                Round(least),
                demanded,
                $"Every graph ({Names(candidate)}) gives the golden mask on this machine, {least:P2} of the pixels alike at least."
            );
        }
        catch (RoadSegException e)
        {
            return new GateCheck("self-test", false, null, candidate.Manifest.SelfTest?.MinimumAgreement, e.Message);
        }
    }

    private GateCheck[] First(ConfusionMatrix scores, SegmentationSet val)
    {
        var (least, iou) = Least(scores, val);
        return
        [
            new(
                "mean-iou",
                scores.MeanIoUOfShownClasses() >= options.MeanIouFloor,
                Round(scores.MeanIoUOfShownClasses()),
                options.MeanIouFloor,
                $"Mean IoU {scores.MeanIoUOfShownClasses():P2} on val. The model's first version: held against the floor of "
                    + $"{options.MeanIouFloor:P1} alone."
            ),
            new(
                "class-iou",
                iou >= options.ClassIouFloor,
                Round(iou),
                options.ClassIouFloor,
                $"'{least}' is the worst class with {iou:P2}. The model's first version: held against the floor of "
                    + $"{options.ClassIouFloor:P1} alone."
            ),
        ];
    }

    // Classes that the frames do not show say nothing.
    private static IEnumerable<LabelClass> Shown(SegmentationSet val) => val.Labels.Classes.Where(label => val.PixelCounts[label.Id] > 0);

    private static (string Name, double Iou) Least(ConfusionMatrix scores, SegmentationSet val)
    {
        var iou = scores.ClassIoU();
        return Shown(val).Select(label => (label.Name, iou[label.Id] ?? 0)).MinBy(label => label.Item2);
    }

    private GateCheck[] Incomparable(ModelPackage live) =>
        [
            Nothing(
                "mean-iou",
                null,
                false,
                $"The live version {live.Manifest.Version} has other classes "
                    + $"({string.Join(", ", live.Manifest.Labels.Classes.Select(label => label.Name))}), so that their scores cannot be "
                    + $"compared; {ByHand}"
            ),
            Nothing("class-iou", options.ClassIouLoss, false, $"The live version has other classes; {ByHand}"),
        ];

    private GateCheck[] Compared(ConfusionMatrix scores, ConfusionMatrix live, SegmentationSet val)
    {
        var (mean, before) = (scores.MeanIoUOfShownClasses(), live.MeanIoUOfShownClasses());
        var limit = Math.Max(before - options.MeanIouLoss, options.MeanIouFloor);
        var (iou, were) = (scores.ClassIoU(), live.ClassIoU());
        var worst = Shown(val).MaxBy(label => (were[label.Id] ?? 0) - (iou[label.Id] ?? 0))!;
        var loss = (were[worst.Id] ?? 0) - (iou[worst.Id] ?? 0);
        var (least, lowest) = Least(scores, val);
        return
        [
            new(
                "mean-iou",
                mean >= limit,
                Round(mean),
                Round(limit),
                $"Mean IoU {mean:P2} on val, where the live version has {before:P2}: {limit:P2} is the least that passes."
            ),
            new(
                "class-iou",
                loss <= options.ClassIouLoss && lowest >= options.ClassIouFloor,
                Round(loss),
                options.ClassIouLoss,
                $"'{worst.Name}' changes most to its disadvantage, from {were[worst.Id] ?? 0:P2} to {iou[worst.Id] ?? 0:P2}; '{least}' "
                    + $"is the worst with {lowest:P2}, {options.ClassIouFloor:P2} is the least that passes."
            ),
        ];
    }

    private GateCheck Int8(ModelPackage candidate, ConfusionMatrix scores, SegmentationSet val)
    {
        if (!candidate.Manifest.Graphs.ContainsKey(Precision.Int8))
            return Nothing("int8-loss", options.Int8Loss, true, "The package has no int8 graph: the export left it out.");
        using var engine = SegmentationEngine.Load(candidate, new EngineOptions { Precision = Precision.Int8 });
        var int8 = OnnxEvaluation.Run(engine, val).Pixels.MeanIoUOfShownClasses();
        var loss = scores.MeanIoUOfShownClasses() - int8;
        return new GateCheck(
            "int8-loss",
            loss <= options.Int8Loss,
            Round(loss),
            options.Int8Loss,
            $"int8 has a mean IoU of {int8:P2}, fp32 of {scores.MeanIoUOfShownClasses():P2}."
        );
    }

    // In turns, so that whatever else the machine does meets both.
    private GateCheck Latency(SegmentationEngine candidate, SegmentationEngine live, SegmentationSet val)
    {
        var (own, other) = (new List<double>(), new List<double>());
        for (var i = 0; i <= TimedRuns; i++)
        {
            var photo = val.Frames[i % Math.Min(val.Frames.Count, TimedRuns)].Image;
            var (a, b) = (Milliseconds(candidate, photo), Milliseconds(live, photo));
            if (i == 0)
                continue;
            own.Add(a);
            other.Add(b);
        }

        var (median, before) = (Median(own), Median(other));
        var ratio = median / before;
        return new GateCheck(
            "latency",
            ratio <= options.Latency,
            Round(ratio),
            options.Latency,
            $"A run takes {median:F1} ms, one of the live version {before:F1} ms (medians of {TimedRuns} in turns, fp32, each at its own "
                + "input size)."
        );
    }

    private async Task<GateCheck> DisagreementAsync(
        SegmentationEngine candidate,
        SegmentationEngine live,
        IAsyncEnumerable<RecentPhoto> photos
    )
    {
        long differ = 0,
            pixels = 0;
        var count = 0;
        await foreach (var photo in photos)
        {
            goOn();
            byte[] one,
                other;
            try
            {
                (one, other) = (Shadow.Segment(candidate, photo.File), Shadow.Segment(live, photo.File));
            }
            catch (RoadSegException e) when (e.Code.Fault == Fault.Caller)
            {
                // A photo that this machine cannot read says nothing of the model.
                continue;
            }

            long differing = 0;
            for (var i = 0; i < one.Length; i++)
                differing += one[i] == other[i] ? 0 : 1;
            (differ, pixels, count) = (differ + differing, pixels + one.Length, count + 1);
            compared?.Invoke(new PhotoDisagreement(photo.Job, Round((double)differing / one.Length)));
        }

        if (count == 0)
            return Nothing(
                "disagreement",
                options.Disagreement,
                true,
                "There are no recent photos with a result here: nothing could be compared."
            );
        var share = (double)differ / pixels;
        return new GateCheck(
            "disagreement",
            share <= options.Disagreement,
            Round(share),
            options.Disagreement,
            $"Candidate and live version differ on {share:P2} of the pixels of the {count} most recent photos."
        );
    }

    private static GateCheck Nothing(string name, double? limit, bool passed, string note) => new(name, passed, null, limit, note);

    private static double Milliseconds(SegmentationEngine engine, RgbImage photo) =>
        engine.SegmentPhoto(photo).Timings.Run.TotalMilliseconds;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static bool Same(ModelPackage one, ModelPackage other) => one.Manifest.Labels.HasClassesOf(other.Manifest.Labels);

    private static string Names(ModelPackage package) =>
        string.Join(", ", package.Manifest.Graphs.Keys.Order().Select(precision => precision.ToString().ToLowerInvariant()));

    private static double Round(double value) => Math.Round(value, 4);
}
