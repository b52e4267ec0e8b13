using System.Diagnostics;
using RoadSeg.Cli.Stack;
using RoadSeg.Datasets.Audits;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks;

/// <summary>Whether an audit finds labels that are wrong: 5 % of CamVid's label regions get a wrong class by lot (<see cref="PlantedFaults"/>), the default model audits, and each region is told
/// by its score. The model has learned from the frames of train under their right labels; val it has not.</summary>
internal static class AuditBenchmark
{
    private const double Share = 0.05;
    private const int Seed = 1;

    public static Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine(FormattableString.Invariant($"\n== audit: {Share:P0} of the label regions of at least {PlantedFaults.MinPixels} pixels get a wrong class by seed, models/default audits"));
        var camvid = Path.GetFullPath(Path.Combine(Workspace.Root, "..", "shared", "data", "camvid"));
        if (!Directory.Exists(camvid))
        {
            Console.WriteLine("  ../shared/data/camvid is missing; put the data beside the checkout.");
            return Task.CompletedTask;
        }

        var labels = CamVid.Labels(camvid);
        var package = ModelPackage.Load(Path.Combine(Workspace.Root, "models", "default"));
        using var engine = SegmentationEngine.Load(package);
        var auditor = new LabelAuditor(labels, package.Manifest, ClassNames.Read(null), new AuditOptions());
        foreach (var split in (string[])["train", "val"])
        {
            var regions = new List<(bool Planted, double Score)>();
            var (frames, started) = (0, Stopwatch.GetTimestamp());
            foreach (var sample in CamVid.Frames(camvid, split))
            {
                cancel.ThrowIfCancellationRequested();
                var faults = new PlantedFaults(sample, labels.Count, Seed, Share);
                regions.AddRange(faults.Scores(auditor.Audit(faults.Sample, engine.SegmentPhoto(sample.Image, auditor.Asked(faults.Sample)))));
                frames++;
            }

            var planted = regions.Count(region => region.Planted);
            var worst = regions.OrderByDescending(region => region.Score).Take(planted).Count(region => region.Planted);
            Console.WriteLine(FormattableString.Invariant($"  {split,-5} seed {Seed}: {frames} frames, {regions.Count:N0} regions, {planted:N0} planted: AUC {PlantedFaults.Auc(regions):F4}; of the {planted:N0} worst {worst:N0} are planted; {Stopwatch.GetElapsedTime(started).TotalSeconds / frames * 1000:F0} ms a frame"));
        }

        return Task.CompletedTask;
    }
}
