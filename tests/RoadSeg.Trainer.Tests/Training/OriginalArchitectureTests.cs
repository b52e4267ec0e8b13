using System.Runtime.InteropServices;
using RoadSeg.Models;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainer.Tests.Weights;
using RoadSeg.Trainer.Weights;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>What the project began with: DeepLabV3+ on ResNet-101 at 256x256, from torchvision's weights.</summary>
public sealed class OriginalArchitectureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_recipe_starts_from_a_file_of_torchvision_s_layout_trains_goes_on_and_exports()
    {
        var file = Torchvision(_folder["resnet101.pth"]);
        var data = PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName, train: 2, val: 1);
        var recipe = Recipe.Load("camvid-r101", ["training.epochs=2", "training.batchSize=2", "training.evaluateEvery=2", "model.classes=4"]);
        Assert.Equal((Backbone.ResNet101, 256, 256), (recipe.Model.Backbone, recipe.Input.Width, recipe.Input.Height));

        // Every tensor of the encoder is in the file, and of the file only the classifier is left.
        using (var fresh = new DeepLabV3Plus(recipe.Model))
        {
            var report = ModelWeights.Initialise(fresh, TorchFile.ReadAny(file));
            Assert.Equal(["fc.bias", "fc.weight"], report.Unused.Order());
            Assert.Empty(report.Missing);
            Assert.Empty(report.Mismatched);
            using var taken = fresh.Encoder.named_parameters().Single(p => p.name == "layer3.22.conv2.weight").parameter.detach();
            Assert.Equal(Values("layer3.22.conv2.weight", 256 * 256 * 9)[..100], taken.flatten().slice(0, 0, 100, 1).data<float>().ToArray());
        }

        // Two updates in two starts, as a run that was stopped.
        var said = Run(recipe, data, file, stopAfterFirst: true);
        Assert.Contains(" tensors taken, 0 of the encoder missing, 2 unused, 0 of another shape.", said, StringComparison.Ordinal);
        Assert.Contains("Goes on from", Run(recipe, data, file, stopAfterFirst: false), StringComparison.Ordinal);

        var (model, trained, _) = Checkpoint.Open(_folder["run/last.safetensors"], CPU);
        using var _ = model;
        var graph = OnnxWriter.Write(GraphBuilder.Build(model), Precision.Fp32);
        var parity = Parity.Compare(model, graph, [PaintedRoads.Paint(256, 256, new Random(5)).Image]);
        Assert.InRange(parity.Agreement, Parity.MinAgreement, 1);
        Assert.Equal(recipe.Input, trained.Input);
    }

    private string Run(Recipe recipe, string data, string init, bool stopAfterFirst)
    {
        var folder = Directory.CreateDirectory(_folder["run"]).FullName;
        using var said = new StringWriter();
        using var stop = new CancellationTokenSource();
        var log = new MetricsLog(folder, said, terminal: false, TimeProvider.System);
        var loop = new TrainingLoop(recipe, new LoopFiles(data, folder, init, Resume: true), CPU, log, _ => { if (stopAfterFirst) stop.Cancel(); });
        Assert.Equal(stopAfterFirst ? 1 : 2, loop.Run(stop.Token).Step);
        return said.ToString();
    }

    // Names and shapes as torchvision 0.20 writes resnet101 (Bottleneck, [3, 4, 23, 3]), written down from its definition and not from ours.
    private static string Torchvision(string path)
    {
        var tensors = new List<(string Name, long[] Shape)>();
        Conv("conv1", 64, 3, 7);
        Norm("bn1", 64);
        long from = 64;
        foreach (var (layer, blocks, width) in new[] { (1, 3, 64L), (2, 4, 128L), (3, 23, 256L), (4, 3, 512L) })
        {
            for (var block = 0; block < blocks; block++)
            {
                var name = $"layer{layer}.{block}";
                Conv($"{name}.conv1", width, from, 1);
                Norm($"{name}.bn1", width);
                Conv($"{name}.conv2", width, width, 3);
                Norm($"{name}.bn2", width);
                Conv($"{name}.conv3", 4 * width, width, 1);
                Norm($"{name}.bn3", 4 * width);
                if (block == 0)
                {
                    Conv($"{name}.downsample.0", 4 * width, from, 1);
                    Norm($"{name}.downsample.1", 4 * width);
                }

                from = 4 * width;
            }
        }

        tensors.Add(("fc.weight", [1000, 2048]));
        tensors.Add(("fc.bias", [1000]));

        var pickle = new PickleWriter().Dictionary();
        for (var i = 0; i < tensors.Count; i++)
        {
            var (name, shape) = tensors[i];
            pickle.Text(name).Tensor($"{i}", shape.Length == 0 ? "LongStorage" : "FloatStorage", shape).SetItem();
        }

        pickle.Save(path, tensors.Select((tensor, i) => ($"{i}", tensor.Shape.Length == 0
            ? BitConverter.GetBytes(17L)
            : MemoryMarshal.AsBytes<float>(Values(tensor.Name, tensor.Shape.Aggregate(1L, (product, side) => product * side))).ToArray())));
        return path;

        void Conv(string name, long to, long inputs, long side) => tensors.Add(($"{name}.weight", [to, inputs, side, side]));

        void Norm(string name, long channels)
        {
            foreach (var part in (string[])["weight", "bias", "running_mean", "running_var"])
                tensors.Add(($"{name}.{part}", [channels]));
            tensors.Add(($"{name}.num_batches_tracked", []));
        }
    }

    // Small weights; norms that change nothing, the last of a block weak, so that 33 blocks add up to something finite.
    private static float[] Values(string name, long count)
    {
        var values = new float[count];
        if (name.EndsWith("running_var", StringComparison.Ordinal) || (name.Contains("bn", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)) || name.EndsWith("downsample.1.weight", StringComparison.Ordinal))
            values.AsSpan().Fill(name.Contains("bn3", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal) ? 0.2f : 1);
        else if (name.EndsWith("weight", StringComparison.Ordinal))
        {
            var random = new Random(name.Length + (int)(count % 1000));
            var scale = MathF.Sqrt(6f * 64 / count);
            for (var i = 0; i < count; i++)
                values[i] = (random.NextSingle() - 0.5f) * scale;
        }

        return values;
    }
}
