using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks;

/// <summary>What a 12-megapixel phone photo costs before and after the model.</summary>
internal static class ImagingBenchmark
{
    private const int Width = 4000;
    private const int Height = 3000;
    private const int Times = 15;

    public static async Task RunAsync(CancellationToken cancel)
    {
        var street = File.ReadAllBytes(Workspace.SamplePhoto);
        var photo = ImageDecoder.ResizeTo(ImageDecoder.Decode(street, ImageProbe.Read(street, new ImageLimits())), Width, Height);
        var jpeg = PhotoEncoder.Jpeg(photo, 90);
        var package = ModelPackage.Load(Workspace.DefaultModel);
        var spec = package.Manifest.Preprocess;
        Console.WriteLine($"\n== imaging: {Width}x{Height} JPEG of {jpeg.Length / 1024} KiB, model input {spec.InputSize(Width, Height)}");

        Print("preprocess: header + decode + resize", Sample.Of(Times, () => ImageDecoder.DecodeForModel(jpeg, ImageProbe.Read(jpeg, new ImageLimits()), spec)));
        Print("  for comparison: decode at full size", Sample.Of(3, () => ImageDecoder.Decode(jpeg, ImageProbe.Read(jpeg, new ImageLimits()))));
        Print("  for comparison: ImageSharp at full size", Sample.Of(3, () => PeakMemory.ImageSharp(jpeg).Dispose()));

        var input = ImageDecoder.DecodeForModel(jpeg, ImageProbe.Read(jpeg, new ImageLimits()), spec);
        using var engine = SegmentationEngine.Load(package);
        var results = new List<SegmentationResult>();
        _ = Sample.Of(Times, () => results.Add(engine.Segment(input, Width, Height)));
        var upsample = new Sample([.. results.Skip(1).Select(result => result.Timings.Upsample.TotalMilliseconds)]);
        var encode = Sample.Of(Times, () => MaskPng.Encode(results[0].ClassIds, Width, Height, package.Manifest.Labels));
        Print("model run", new Sample([.. results.Skip(1).Select(result => result.Timings.Run.TotalMilliseconds)]));
        Print("postprocess: upsample + softmax + argmax", upsample);
        Print("postprocess: mask PNG", encode);
        var mask = MaskPng.Encode(results[0].ClassIds, Width, Height, package.Manifest.Labels);
        Console.WriteLine($"  mask {mask.Length / 1024} KiB, {8.0 * mask.Length / ((double)Width * Height):F3} bits a pixel");
        await PeakMemory.PrintAsync(photo, cancel);
    }

    private static void Print(string what, Sample sample) => Console.WriteLine($"  {what,-44} {sample}");
}
