using RoadSeg.Models;

namespace RoadSeg.Inference;

internal static class SelfTestRun
{
    public static SelfTestReport? Run(SegmentationEngine engine, ModelPackage package)
    {
        _ = engine;
        return package.Manifest.SelfTest is null ? null : throw new NotImplementedException();
    }
}
