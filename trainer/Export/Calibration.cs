using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Trainer.Export;

/// <summary>Finds the range of every tensor of a graph over sample pictures: all values but the outermost few per hundred thousand, by
/// histogram.</summary>
internal sealed class Calibration : IDisposable
{
    private const int Bins = 2048;

    private readonly InferenceSession _session;
    private readonly string[] _tensors;

    public Calibration(ModelGraph graph, IEnumerable<string> tensors)
    {
        _tensors = [.. tensors];

        // No optimisation: it could fuse a wanted tensor away.
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        _session = new InferenceSession(OnnxWriter.Write(graph, Precision.Fp32, probes: _tensors), options);
    }

    /// <param name="images">Pictures at the model's input size.</param>
    /// <param name="coverage">Share of values inside the range, 0.99-1.</param>
    public Dictionary<string, ByteScale> Scales(IReadOnlyList<RgbImage> images, double coverage)
    {
        var (low, high) = (new float[_tensors.Length], new float[_tensors.Length]);
        ForEach(images, (t, values) =>
        {
            low[t] = Math.Min(low[t], System.Numerics.Tensors.TensorPrimitives.Min(values));
            high[t] = Math.Max(high[t], System.Numerics.Tensors.TensorPrimitives.Max(values));
        });
        var counts = _tensors.Select(_ => new long[Bins]).ToArray();
        ForEach(images, (t, values) =>
        {
            var (histogram, start, perBin) = (counts[t], low[t], Bins / Math.Max(high[t] - low[t], 1e-12f));
            foreach (var value in values)
                histogram[Math.Min(Bins - 1, (int)((value - start) * perBin))]++;
        });
        return _tensors
            .Select((name, t) => (name, Range(counts[t], low[t], high[t], coverage)))
            .ToDictionary(p => p.name, p => ByteScale.Of(p.Item2.Low, p.Item2.High));
    }

    public void Dispose() => _session.Dispose();

    private void ForEach(IReadOnlyList<RgbImage> images, ReadOnlySpanAction visit)
    {
        using var run = new RunOptions();
        foreach (var image in images)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.Height, image.Width, 3]);
            using var outputs = _session.Run(run, ["image"], [input], _tensors);
            for (var t = 0; t < _tensors.Length; t++)
                visit(t, outputs[t].GetTensorDataAsSpan<float>());
        }
    }

    private static (double Low, double High) Range(long[] histogram, float low, float high, double coverage)
    {
        var outside = (long)(histogram.Sum() * (1 - coverage) / 2);
        var width = (high - low) / Bins;
        int first = 0,
            last = Bins - 1;
        for (var cut = histogram[0]; cut <= outside && first < last; cut += histogram[first])
            first++;
        for (var cut = histogram[^1]; cut <= outside && last > first; cut += histogram[last])
            last--;
        return (low + (first * width), low + ((last + 1) * width));
    }

    private delegate void ReadOnlySpanAction(int tensor, ReadOnlySpan<float> values);
}
