using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks;

/// <summary>ONNX Runtime alone, on the inputs that the service makes of some photos: what the service is held against. Decoding is not part of it.</summary>
internal sealed class BareRuns : IDisposable
{
    private readonly ModelManifest manifest;
    private readonly List<RgbImage> inputs;
    private readonly InferenceSession session;
    private readonly RunOptions run = new();

    /// <summary>Loads the model and runs it once.</summary>
    public BareRuns(ModelPackage package, IReadOnlyList<byte[]> photos, bool spin = true)
    {
        manifest = package.Manifest;
        inputs = [.. photos.Select(photo => ImageDecoder.DecodeForModel(photo, ImageProbe.Read(photo, new ImageLimits()), manifest.Preprocess))];
        using var options = new SessionOptions();
        options.AddSessionConfigEntry("session.disable_quant_qdq", "1");
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spin ? "1" : "0");
        session = new InferenceSession(package.ReadFile(manifest.Graphs[Precision.Fp32]), options);
        Run(inputs[0]);
    }

    /// <summary>Runs every photo once.</summary>
    public void Run() => inputs.ForEach(Run);

    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }

    private void Run(RgbImage input)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(input.Pixels, [1, input.Height, input.Width, 3]);
        using var outputs = session.Run(run, [manifest.Input.Name], [value], [manifest.Output.Name]);
    }
}
