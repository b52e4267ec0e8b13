using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace RoadSeg.Benchmarks.Peers;

/// <summary>A process that makes masks of all photos of a folder, in one of two ways: as the service's own parts do, two photos at once; or as the
/// plain loop of a first attempt: ImageSharp, Run, argmax over the interpolated logits, PNG, one photo after the other.</summary>
internal static class PeerWorker
{
    public const string Name = "peer";
    public const string Own = "roadseg";
    public const string Loop = "loop";

    public static int Run(string way, string package, string folder, string output, int threads)
    {
        var model = ModelPackage.Load(package);
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).ToArray();
        Directory.CreateDirectory(output);
        using var engine = way == Own ? SegmentationEngine.Load(model, new EngineOptions { IntraOpThreads = threads }) : null;
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        using var session = way == Loop ? new InferenceSession(model.ReadFile(model.Manifest.Graphs[Precision.Fp32]), options) : null;
        var segment = engine is null ? (Func<string, byte[]>)(file => Plain(session!, model.Manifest, file)) : file => Parts(engine, model.Manifest, file);
        segment(files[0]);

        var process = Process.GetCurrentProcess();
        var (cpu, started) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = way == Own ? 2 : 1 }, file =>
            File.WriteAllBytes(Path.Combine(output, Path.GetFileName(file) + ".png"), segment(file)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        var peak = long.Parse(File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        Console.WriteLine(JsonSerializer.Serialize(new PeerCost(seconds, (process.TotalProcessorTime - cpu).TotalSeconds, peak / 1024.0), JsonSerializerOptions.Web));
        return 0;
    }

    private static byte[] Parts(SegmentationEngine engine, ModelManifest model, string path)
    {
        var file = File.ReadAllBytes(path);
        var header = ImageProbe.Read(file, ImageLimits.Default);
        var (width, height) = (header.OrientedWidth, header.OrientedHeight);
        var result = engine.Segment(ImageDecoder.DecodeForModel(file, header, model.Preprocess), width, height);
        return MaskPng.Encode(result.ClassIds, width, height, model.Labels);
    }

    private static byte[] Plain(InferenceSession session, ModelManifest model, string path)
    {
        using var photo = SixLabors.ImageSharp.Image.Load<Rgb24>(File.ReadAllBytes(path));
        photo.Mutate(steps => steps.AutoOrient());
        var (width, height) = (photo.Width, photo.Height);
        var (w, h) = model.Preprocess.InputSize(width, height);
        photo.Mutate(steps => steps.Resize(w, h, KnownResamplers.Triangle));
        var pixels = new byte[3 * w * h];
        photo.CopyPixelDataTo(pixels);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, h, w, 3]);
        using var outputs = session.Run(run, [model.Input.Name], [input], [model.Output.Name]);
        var shape = outputs[0].GetTensorTypeAndShape().Shape;
        using var mask = new Image<L8>(width, height);
        Classes(outputs[0].GetTensorDataAsSpan<float>(), (int)shape[1], (int)shape[2], (int)shape[3], mask);
        using var png = new MemoryStream();
        mask.Save(png, new PngEncoder { ColorType = PngColorType.Grayscale, BitDepth = PngBitDepth.Bit8 });
        return png.ToArray();
    }

    private static void Classes(ReadOnlySpan<float> logits, int classes, int rows, int columns, Image<L8> mask)
    {
        for (var y = 0; y < mask.Height; y++)
        {
            var down = Math.Clamp(((y + 0.5f) * rows / mask.Height) - 0.5f, 0, rows - 1);
            var (top, bottom) = ((int)down, Math.Min((int)down + 1, rows - 1));
            for (var x = 0; x < mask.Width; x++)
            {
                var right = Math.Clamp(((x + 0.5f) * columns / mask.Width) - 0.5f, 0, columns - 1);
                var (near, far) = ((int)right, Math.Min((int)right + 1, columns - 1));
                var (best, most) = (0, float.NegativeInfinity);
                for (var c = 0; c < classes; c++)
                {
                    var plane = logits.Slice(c * rows * columns, rows * columns);
                    var above = plane[(top * columns) + near] + ((plane[(top * columns) + far] - plane[(top * columns) + near]) * (right - near));
                    var below = plane[(bottom * columns) + near] + ((plane[(bottom * columns) + far] - plane[(bottom * columns) + near]) * (right - near));
                    var value = above + ((below - above) * (down - top));
                    if (value > most)
                        (best, most) = (c, value);
                }

                mask[x, y] = new L8((byte)best);
            }
        }
    }
}
