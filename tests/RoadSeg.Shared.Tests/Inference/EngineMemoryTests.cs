using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Inference;

/// <summary>Runs alone: it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(EngineMemoryTests), DisableParallelization = true)]
[Collection(nameof(EngineMemoryTests))]
public class EngineMemoryTests
{
    // One leaked session holds at least its 14 MB of weights.
    private const long Allowed = 4 << 20;

    [Fact]
    public void Fifty_loads_and_fifty_failed_loads_do_not_grow_the_process()
    {
        var package = ModelPackage.Load(Checkout.File("models/default"));
        var graph = package.ReadFile("model.onnx");
        var wrong = package.Manifest with { Labels = TinyModels.Labels(3) };
        long before = 0;
        for (var cycle = 0; cycle < 50; cycle++)
        {
            if (cycle == 5)
                before = NativeHeap.InUse;
            using (var engine = SegmentationEngine.Load(package))
                engine.Segment(TinyModels.Noise(320, 240, cycle), 480, 360);
            Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(wrong, graph));
        }

        var grown = NativeHeap.GrownSince(before, Allowed);
        Assert.True(grown < Allowed, $"The C heap grew by {grown:N0} bytes over 45 cycles.");
    }

    [Fact]
    public void Segmenting_allocates_little_beyond_its_result()
    {
        var package = ModelPackage.Load(Checkout.File("models/default"));
        using var engine = SegmentationEngine.Load(package, new EngineOptions { UpsampleThreads = 1 });
        var image = TinyModels.Noise(320, 240, 1);
        engine.Segment(image, 480, 360);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 10; i++)
            engine.Segment(image, 480, 360);
        var perCall = (GC.GetTotalAllocatedBytes(precise: true) - before) / 10;

        Assert.InRange(perCall, 2 * 480 * 360, (2 * 480 * 360) + 32_768);
    }
}
