using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Model;

/// <summary>The network against torchvision's layers in plain PyTorch: tests/golden/trainer/make_reference.py made the numbers.
/// In doubles, so that a difference is a difference in the network and not in rounding.</summary>
public sealed class PyTorchParityTests
{
    private const double Tolerance = 1e-4;
    private const double TrajectoryTolerance = 1e-3;
    private const int Classes = 5;

    private static readonly JsonElement Reference = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "tests", "golden", "trainer", "reference.json"))).RootElement;

    [Theory]
    [InlineData("mobilenet_v2", true, 16, false)]
    [InlineData("mobilenet_v2", false, 16, false)]
    [InlineData("mobilenet_v2", true, 8, true)]
    [InlineData("resnet18", false, 16, false)]
    [InlineData("resnet34", false, 8, false)]
    [InlineData("resnet50", false, 16, false)]
    [InlineData("resnet101", false, 8, true)]
    public void Activations_loss_and_every_gradient_match(string backbone, bool separable, int stride, bool auxiliary)
    {
        var expected = Reference.GetProperty("models").EnumerateArray().Single(model => (backbone, separable, stride, auxiliary) == (
            model.GetProperty("backbone").GetString(), model.GetProperty("separable").GetBoolean(), model.GetProperty("stride").GetInt32(), model.GetProperty("auxiliary").GetBoolean()));
        using var scope = NewDisposeScope();
        using var model = Network(backbone, separable, stride, auxiliary);
        Assert.Equal(expected.GetProperty("parameters").GetInt64(), model.parameters().Sum(p => p.NumberOfElements));
        var (images, ids) = Batch(3, 64);

        model.eval();
        using (no_grad())
        {
            var logits = model.forward(images).Logits;
            Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()), logits.shape);
            Same(expected.GetProperty("logits"), logits, "logits");
        }

        model.train();
        var weights = tensor(new[] { 0.5, 1, 1.5, 2, 0.8 });
        var outputs = model.forward(images);
        var loss = Loss(outputs.Logits, ids, weights);
        if (outputs.Auxiliary is { } second)
            loss = loss.add(Loss(second, ids, weights).mul(0.4));
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<double>(), Tolerance);
        loss.backward();
        var gradients = expected.GetProperty("gradients");
        var largest = gradients.EnumerateObject().Max(g => g.Value.GetProperty("norm").GetDouble());
        foreach (var (name, parameter) in model.named_parameters())
            Same(gradients.GetProperty(name), parameter.grad!, name, floor: largest * 1e-3);
        Assert.Equal(gradients.EnumerateObject().Count(), model.named_parameters().Count());
    }

    [Fact]
    public void Twenty_steps_of_SGD_follow_PyTorch()
    {
        using var scope = NewDisposeScope();
        using var model = Network("mobilenet_v2", true);
        model.train();
        var (images, ids) = Batch(4, 64);
        using var optimizer = new Optimizer(model, new TrainingOptions { Optimizer = OptimizerKind.Sgd, WeightDecay = 1e-3, EncoderRate = 1, Momentum = 0.9 });
        foreach (var expected in Reference.GetProperty("sgd_losses").EnumerateArray())
        {
            using var step = NewDisposeScope();
            var loss = Loss(model.forward(images).Logits, ids, null);
            loss.backward();
            optimizer.Step(0.002, 1);
            model.zero_grad();
            Assert.Equal(expected.GetDouble(), loss.item<double>(), TrajectoryTolerance);
        }
    }

    private static DeepLabV3Plus Network(string backbone, bool separable, int stride = 16, bool auxiliary = false)
    {
        var model = new DeepLabV3Plus(new ModelOptions
        {
            Backbone = Enum.Parse<Backbone>(backbone.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            OutputStride = stride,
            AuxiliaryHead = auxiliary,
            AsppRates = [6, 12, 18],
            AsppChannels = 16,
            AsppDropout = 0,
            LowLevelChannels = 8,
            DecoderChannels = 16,
            SeparableHead = separable,
            Classes = Classes,
        });
        model.to(float64);
        using var _ = no_grad();
        foreach (var (name, t) in model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(model.named_buffers().Select(b => (b.name, b.buffer))))
        {
            if (t.dtype == int64)
                continue;
            var u = Uniform(name, t.shape);
            if (t.shape.Length == 4)
                t.copy_(u.mul(2 * Math.Sqrt(3) / Math.Sqrt(t.shape[1] * t.shape[2] * t.shape[3])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith("weight", StringComparison.Ordinal))
                t.copy_(u.mul(0.2).add(1));
            else
                t.copy_(u.mul(0.2));
        }

        return model;
    }

    private static (Tensor Images, Tensor Ids) Batch(int count, int size) =>
        (Uniform("images", [count, 3, size, size]).mul(4), Uniform("targets", [count, size, size]).add(0.5).mul(Classes + 1).to(int64));

    private static Tensor Loss(Tensor logits, Tensor ids, Tensor? weights) =>
        nn.functional.cross_entropy(Resize.To(logits, ids.shape[1], ids.shape[2]), ids, weights, ignore_index: Classes);

    private static Tensor Uniform(string name, long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (a, b) => a * b)];
        var seed = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(name));
        for (uint i = 0; i < values.Length; i++)
        {
            var bits = (i * 2654435761) + seed;
            bits = (bits ^ (bits >> 15)) * 2246822519;
            bits = (bits ^ (bits >> 13)) * 3266489917;
            values[i] = ((bits >> 8) / 16777216.0) - 0.5;
        }

        return tensor(values, shape, dtype: float64);
    }

    // Relative to the tensor's norm; gradients that are nothing but rounding are held against the network's largest.
    private static void Same(JsonElement expected, Tensor actual, string name, double floor = 0)
    {
        var values = actual.detach().contiguous().data<double>().ToArray();
        var norm = expected.GetProperty("norm").GetDouble();
        var allowed = Tolerance * Math.Max(norm, floor);
        Assert.True(Math.Abs(Math.Sqrt(values.Sum(v => v * v)) - norm) <= allowed, $"{name}: norm {Math.Sqrt(values.Sum(v => v * v))}, expected {norm}");
        foreach (var (e, a) in expected.GetProperty("first").EnumerateArray().Zip(values))
            Assert.True(Math.Abs(e.GetDouble() - a) <= allowed, $"{name}: {a}, expected {e}");
    }
}
