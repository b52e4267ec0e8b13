using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Models;

/// <summary>The models that ship.</summary>
public class DefaultModelTests
{
    [Theory]
    [InlineData("default", Precision.Fp32)]
    [InlineData("open", Precision.Fp32)]
    [InlineData("open", Precision.Fp16)]
    [InlineData("open", Precision.Int8)]
    public void Loads_and_passes_its_self_test(string name, Precision precision)
    {
        using var engine = SegmentationEngine.Load(ModelPackage.Load(Checkout.File($"models/{name}")), new EngineOptions { Precision = precision });

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

    [Theory]
    [InlineData("default")]
    [InlineData("open")]
    public void Comes_with_a_card_and_is_small(string name)
    {
        var files = ModelPackage.Load(Checkout.File($"models/{name}")).Manifest.Files;

        Assert.Contains("card.md", files.Keys);
        Assert.InRange(files["model.onnx"].Bytes, 1, 20_000_000);
    }

    [Fact]
    public void The_open_model_is_of_the_same_classes_and_size_and_another_name()
    {
        var (one, other) = (ModelPackage.Load(Checkout.File("models/default")).Manifest, ModelPackage.Load(Checkout.File("models/open")).Manifest);

        Assert.NotEqual(one.Name, other.Name);
        Assert.Equal(one.Labels.Classes, other.Labels.Classes);
        Assert.Equal((one.Preprocess, one.Input, one.Output), (other.Preprocess, other.Input, other.Output));
        Assert.Equal(one.Graphs, other.Graphs);
    }

    [Fact]
    public void The_card_of_the_open_model_names_each_input_with_its_licence_first()
    {
        var lines = File.ReadAllLines(Checkout.File("models/open/card.md"));
        var first = string.Join('\n', lines.TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)));
        var licence = ModelPackage.Load(Checkout.File("models/open")).Manifest.Licence;

        Assert.StartsWith("**Licence.** " + licence, lines[2], StringComparison.Ordinal);
        string[] owed =
        [
            "github.com/rbhdsks/Dataset_Kathmandu_Road_Ratnapark_Tripureshwor", "github.com/rbhdsks/Dataset_Kathmandu_Road_Ranipokhari_Narayanhiti", "CC BY 4.0",
            "https://creativecommons.org/licenses/by/4.0/", "github.com/RobertLucian/license-plate-dataset", "github.com/biankatpas/Cracks-and-Potholes-in-Road-Images-Dataset", "MIT",
            "github.com/google-coral/test_data", "Apache-2.0",
        ];
        Assert.All(owed, part => Assert.Contains(part, first, StringComparison.Ordinal));
        Assert.DoesNotContain("CamVid", licence, StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Length > 0 && line.Contains("best.safetensors", StringComparison.Ordinal));
    }
}
