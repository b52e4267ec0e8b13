using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Models;

public class DefaultModelTests
{
    [Fact]
    public void Loads_and_passes_its_self_test()
    {
        using var engine = SegmentationEngine.Load(ModelPackage.Load(Checkout.File("models/default")));

        var report = engine.SelfTest();

        Assert.NotNull(report);
        Assert.InRange(report.Agreement, report.MinimumAgreement, 1);
    }

    [Fact]
    public void Gives_the_same_classes_with_and_without_folding_its_stored_weights()
    {
        var package = ModelPackage.Load(Checkout.File("models/default"));
        using var folded = SegmentationEngine.Load(package);
        using var stored = SegmentationEngine.Load(package, new EngineOptions { FoldStoredWeights = false });
        using var plain = SegmentationEngine.Load(package, new EngineOptions { Optimization = GraphOptimization.None });

        Assert.All(new[] { folded, stored, plain }, engine => Assert.InRange(engine.SelfTest()!.Agreement, 0.9999, 1));
    }

    [Fact]
    public void Comes_with_a_card_and_is_small()
    {
        var files = ModelPackage.Load(Checkout.File("models/default")).Manifest.Files;

        Assert.Contains("card.md", files.Keys);
        Assert.InRange(files["model.onnx"].Bytes, 1, 20_000_000);
    }
}
