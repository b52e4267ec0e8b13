using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Tests.Datasets;

/// <summary>Labels held against what a model sees.</summary>
public sealed class LabelAuditTests
{
    private const int Side = 60;
    private const byte Building = 1;
    private const byte Road = 3;
    private const byte Car = 8;
    private static readonly LabelCatalogue Labels = new(BuiltInCatalogues.CamVid11.Classes, 255);
    private static readonly AuditOptions Options = new() { Edge = 0.035, Small = 0.001, Listed = 3, Pictured = 2 };

    [Fact]
    public void A_thing_labelled_as_another_class_is_one_region_with_its_likely_class_and_its_place()
    {
        var audited = Audited(Plane((_, _) => Road), Plane((x, y) => x is >= 20 and < 30 && y is >= 40 and < 50 ? Car : Road));

        var region = Assert.Single(audited.Regions);
        Assert.Equal((Road, Car, 100), (region.Label, region.Likely, region.Pixels));
        Assert.Equal([20, 40, 10, 10], region.Box);
        Assert.InRange(region.Score, 0.9, 1);
        Assert.Equal(100, audited.Disputed[(Road, Car)]);
        Assert.Equal(Side * Side, audited.Labelled);
    }

    [Fact]
    public void An_edge_that_was_drawn_elsewhere_is_no_region_and_counts_as_disputed_pixels_only()
    {
        var audited = Audited(Plane((x, _) => x < 30 ? Building : Road), Plane((x, _) => x < 32 ? Building : Road));

        Assert.Empty(audited.Regions);
        Assert.Equal(2 * Side, audited.Disputed[(Road, Building)]);
    }

    [Fact]
    public void A_thin_thing_that_is_wrong_as_a_whole_is_no_edge()
    {
        // A pole of two pixels, given a class that nothing around it has.
        var audited = Audited(Plane((x, _) => x is 30 or 31 ? Car : Building), Plane((_, _) => Building));

        Assert.Equal((Car, Building), (Assert.Single(audited.Regions).Label, audited.Regions[0].Likely));
    }

    [Fact]
    public void A_model_that_gives_both_classes_no_probability_at_all_disputes_nothing()
    {
        // The fault: nothing over nothing is no number, and the audit of the whole version could not be written.
        var audited = Audited(Plane((_, _) => Road), Plane((x, _) => x < 20 ? Car : Road), sure: 0, label: 0);

        Assert.Empty(audited.Regions);
    }

    [Fact]
    public void A_model_that_rules_the_label_out_scores_more_than_one_that_wavers_however_sure_it_is()
    {
        var (labels, model) = (Plane((_, _) => Road), Plane((x, _) => x < 20 ? Car : Road));

        var wavers = Audited(labels, model, sure: 150, label: 100).Regions[0];
        var rules = Audited(labels, model, sure: 100, label: 1).Regions[0];

        Assert.True(rules.Score > wavers.Score + 0.5, $"{rules.Score} and {wavers.Score}");
        Assert.True(wavers.Confidence > rules.Confidence);
    }

    [Fact]
    public void Of_two_regions_that_are_as_sure_the_larger_is_worse()
    {
        var audited = Audited(Plane((_, _) => Road), Plane((x, y) => (x < 20 && y < 20) || (x is >= 40 and < 43 && y is >= 40 and < 43) ? Car : Road));

        Assert.Equal([400, 9], audited.Regions.Select(region => region.Pixels));
        Assert.True(audited.Regions[0].Score > audited.Regions[1].Score + 0.01);
    }

    [Fact]
    public void Unlabelled_pixels_and_classes_that_the_other_side_lacks_are_in_no_region()
    {
        var model = Model("road", "car", "billboard");
        var auditor = new LabelAuditor(Labels, model, ClassNames.Read(null), Options);
        var sample = Sample("a", Plane((x, _) => x < 20 ? (byte)255 : x < 40 ? Building : Road));

        var audited = auditor.Audit(sample, Seen(Plane((x, _) => (byte)(x < 50 ? 1 : 2)), 250, 1));

        Assert.Contains("building", auditor.Unknown);
        Assert.Equal(10 * Side, audited.Labelled);
        Assert.Equal((Road, Car, 10 * Side), (Assert.Single(audited.Regions).Label, audited.Regions[0].Likely, audited.Regions[0].Pixels));
        Assert.Equal(255, audited.Seen[^1]);
    }

    [Fact]
    public void A_model_of_classes_that_nobody_knows_or_without_confidence_is_refused_by_name()
    {
        var unknown = Assert.Throws<RoadSegException>(() => new LabelAuditor(Labels, Model("road", "zebra"), ClassNames.Read(null), Options));
        Assert.Equal(ErrorCodes.ClassesUnmatched, unknown.Code);
        Assert.Contains("zebra", unknown.Message, StringComparison.Ordinal);

        var blunt = Model("road") with { Output = new OutputContract("ids", OutputKind.ClassIds, TensorLayout.Nchw, 1) };
        Assert.Equal(ErrorCodes.ConfidenceUnavailable, Assert.Throws<RoadSegException>(() => new LabelAuditor(Labels, blunt, ClassNames.Read(null), Options)).Code);
    }

    [Fact]
    public void An_audit_that_was_put_aside_after_each_photo_ends_as_one_that_was_not()
    {
        var photos = Enumerable.Range(0, 6).Select(i => Sample($"p{i}", i == 2 ? Plane((_, _) => 255) : Plane((_, _) => Road))).ToList();
        SegmentationResult See(int i) => Seen(Plane((x, y) => x < 6 + (3 * i) && y < 12 ? Car : y > 50 ? Building : Road), (byte)(200 + i), 3);
        var auditor = Auditor();
        var crops = new Dictionary<string, byte[]>();

        var whole = new AuditTally(Manifest(), auditor, Options, Begin(auditor));
        Look(whole, 0, 6);
        var so = Begin(auditor);
        for (var i = 0; i < 6; i++)
        {
            var tally = new AuditTally(Manifest(), auditor, Options, DatasetAudit.FromJson(so.ToJson()));
            Assert.Equal(i, tally.Looked);
            Look(tally, i, i + 1);
            foreach (var (name, crop) in tally.TakeCrops())
                crops[name] = crop;
            so = tally.Audit;
        }

        Assert.Equal(whole.Audit.ToJson(), so.ToJson());
        Assert.Equal((5, 6, 10, 3), (so.Photos, so.Looked, so.Found, so.Regions.Count));
        Assert.Equal(("p2", "It has no labelled pixel."), (Assert.Single(so.Skipped).Id, so.Skipped[0].Reason));
        Assert.True(so.Regions.SequenceEqual(so.Regions.OrderByDescending(region => region.Score)));
        Assert.All(so.Regions.Take(2), region => Assert.Equal(crops[region.Crop], whole.TakeCrops().GetValueOrDefault(region.Crop) ?? crops[region.Crop]));
        var strip = ImageProbe.Read(crops[so.Regions[0].Crop], ImageLimits.Default);
        Assert.Equal(0, strip.Width % 3);

        void Look(AuditTally tally, int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                if (tally.IsLabelled(photos[i]))
                    tally.Add(photos[i], Split.Train, See(i));
            }
        }
    }

    [Fact]
    public async Task A_damaged_shard_is_a_finding_and_the_others_are_audited()
    {
        using var drop = new Drop { Spec = Drop.Of("camvid") with { Target = new PreprocessSpec(ResizeMode.Stretch, 128, 128, 1) } };
        for (var i = 0; i < 4; i++)
            drop.Image($"train/{i}.png").Ids($"trainannot/{i}.png", Drop.Halves(Road, Building));
        var set = await drop.CuratedAsync();
        var shards = set.Manifest.Splits.SelectMany(split => split.Shards).ToList();
        Assert.True(shards.Count > 1, "One shard holds all.");
        var auditor = Auditor();
        var tally = new AuditTally(set.Manifest, auditor, Options, AuditTally.Begin(set.Manifest, set.Version, "m", "1", auditor));

        foreach (var shard in shards)
        {
            var bytes = await File.ReadAllBytesAsync(Path.Combine(set.Folder, shard.File), TestContext.Current.CancellationToken);
            if (shard == shards[0])
                bytes[^1] ^= 1;
            foreach (var sample in tally.Read(shard, bytes, set.Labels))
                tally.Add(sample, Split.Train, new SegmentationResult(128, 128, sample.Ids, [.. sample.Ids.Select(_ => (byte)250)], [], default, [.. sample.Ids.Select(_ => (byte)250)]));
        }

        Assert.Equal(shards[0].File, Assert.Single(tally.Audit.Skipped).Id);
        Assert.Contains("differs from its hash", tally.Audit.Skipped[0].Reason, StringComparison.Ordinal);
        Assert.Equal((4, 4 - shards[0].Samples), (tally.Looked, tally.Audit.Photos));
    }

    [Fact]
    public void The_page_shows_the_worst_regions_runs_nothing_and_joins_a_report_before_its_end()
    {
        var auditor = Auditor();
        var tally = new AuditTally(Manifest(), auditor, Options, Begin(auditor));
        tally.Add(Sample("<b>/1", Plane((_, _) => Road)), Split.Val, Seen(Plane((x, y) => x < 20 && y < 20 ? Car : Road), 250, 1));
        using var folder = new TempFolder();

        AuditPage.Write(tally.Audit, tally.TakeCrops(), folder.Path);

        var page = File.ReadAllText(Path.Combine(folder.Path, AuditPage.PageFile));
        Assert.Contains("<b>road</b>, or <b>car</b>? &lt;b&gt;/1", page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split("<img ").Length - 1);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Equal(tally.Audit.ToJson(), DatasetAudit.FromJson(File.ReadAllBytes(Path.Combine(folder.Path, AuditPage.JsonFile))).ToJson());
        Assert.Equal("<main>a<i>s</i><footer>f</footer></main>", AuditPage.WithSection("<main>a<footer>f</footer></main>", "<i>s</i>"));
    }

    [Fact]
    public void Real_labels_that_were_given_a_wrong_class_are_told_from_the_others()
    {
        VipsLibrary.Initialize();
        var root = Checkout.Shared("data/camvid");
        var labels = CamVid.Labels(root);
        var package = ModelPackage.Load(Checkout.File("models/default"));
        using var engine = SegmentationEngine.Load(package);
        var auditor = new LabelAuditor(labels, package.Manifest, ClassNames.Read(null), new AuditOptions());
        var regions = new List<(bool Planted, double Score)>();

        foreach (var sample in CamVid.Frames(root, "train", every: 15))
        {
            var faults = new PlantedFaults(sample, labels.Count, seed: 1, share: 0.05);
            regions.AddRange(faults.Scores(auditor.Audit(faults.Sample, engine.SegmentPhoto(sample.Image, auditor.Asked(faults.Sample)))));
        }

        // './roadseg bench audit' measures all frames, and those of val, which the model has not learned from.
        Assert.InRange(regions.Count(region => region.Planted), 30, 100);
        Assert.InRange(PlantedFaults.Auc(regions), 0.9, 1);
    }

    private static byte[] Plane(Func<int, int, byte> id) => [.. Enumerable.Range(0, Side * Side).Select(i => id(i % Side, i / Side))];

    private static CuratedSample Sample(string id, byte[] ids) => new(id, new RgbImage(Side, Side, new byte[3 * Side * Side]), ids);

    // Equally sure everywhere; the label has the rest's share where the model says another class.
    private static SegmentationResult Seen(byte[] classes, byte sure, byte label) =>
        new(Side, Side, classes, [.. classes.Select(_ => sure)], [], default, [.. classes.Select(_ => label)]);

    private static LabelAuditor Auditor() => new(Labels, Model([.. Labels.Classes.Select(label => label.Name)]), ClassNames.Read(null), Options);

    private static AuditedPhoto Audited(byte[] labels, byte[] model, byte sure = 250, byte label = 2) => Auditor().Audit(Sample("a", labels), Seen(model, sure, label));

    private static DatasetAudit Begin(LabelAuditor auditor) => AuditTally.Begin(Manifest(), "0123456789abcdef", "m", "1", auditor);

    private static ModelDescription Model(params string[] classes) => ModelPackage.Load(Checkout.File("models/default")).Manifest with
    {
        Name = "m",
        Labels = new LabelCatalogue([.. classes.Select((name, id) => new LabelClass(id, name, new RgbColor((byte)id, 1, 1)))], 255),
    };

    private static CuratedManifest Manifest() => new()
    {
        Kind = CuratedManifest.CuratedKind,
        SchemaVersion = 1,
        Name = "set",
        Layout = "camvid",
        Licence = "",
        Labels = Labels,
        LabelMapSha256 = new string('0', 64),
        Target = new PreprocessSpec(ResizeMode.Stretch, Side, Side, 1),
        SplitBy = SplitSource.Layout,
        SplitSeed = 0,
        Splits = [],
        Samples = new CuratedFile("samples.jsonl", new string('0', 64), 1),
    };
}
