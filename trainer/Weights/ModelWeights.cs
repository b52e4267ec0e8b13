using System.Runtime.InteropServices;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Weights;

/// <summary>Moves weights between models and stored tensors.</summary>
internal static class ModelWeights
{
    public static Dictionary<string, StoredTensor> Store(nn.Module model, string prefix = "")
    {
        var stored = new Dictionary<string, StoredTensor>();
        foreach (var (name, tensor) in Named(model))
            stored[prefix + name] = Store(tensor);
        return stored;
    }

    public static StoredTensor Store(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var plain = tensor.detach().to(tensor.dtype == int64 ? int64 : float32).cpu().contiguous();
        return new StoredTensor(tensor.dtype == int64 ? "I64" : "F32", tensor.shape, plain.bytes.ToArray());
    }

    /// <summary>Copies what fits by name and shape.</summary>
    public static WeightReport Load(nn.Module model, IReadOnlyDictionary<string, StoredTensor> stored, string prefix = "")
    {
        List<string> missing = [],
            mismatched = [];
        var wanted = new HashSet<string>();
        var loaded = 0;
        foreach (var (name, tensor) in Named(model))
        {
            wanted.Add(prefix + name);
            if (!stored.TryGetValue(prefix + name, out var source))
            {
                // A counter that nothing reads; converted files leave it out.
                if (tensor.dtype != int64)
                    missing.Add(name);
            }
            else if (!source.Shape.SequenceEqual(tensor.shape))
                mismatched.Add($"{name} is [{string.Join(", ", source.Shape)}], the model has [{string.Join(", ", tensor.shape)}]");
            else
            {
                Load(tensor, source);
                loaded++;
            }
        }

        return new WeightReport(
            loaded,
            missing,
            [.. stored.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && !wanted.Contains(k))],
            mismatched
        );
    }

    public static void Load(Tensor target, StoredTensor source)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var values = empty(source.Shape, target.dtype == int64 ? int64 : float32);
        var bytes =
            target.dtype == int64 ? MemoryMarshal.AsBytes<long>(source.Longs())
            : source.Type == "F32" ? source.Data
            : MemoryMarshal.AsBytes<float>(source.Floats());
        bytes.CopyTo(values.bytes);
        target.copy_(values);
    }

    /// <summary>Takes everything or refuses: for a model's own checkpoints.</summary>
    public static void LoadWhole(nn.Module model, IReadOnlyDictionary<string, StoredTensor> stored, string prefix = "")
    {
        var report = Load(model, stored, prefix);
        Check.That(
            report.Missing.Count == 0 && report.Mismatched.Count == 0,
            $"The checkpoint is of another architecture: {report.Missing.Count} tensors are missing, {report.Mismatched.Count} differ in "
                + $"shape (first: {report.Mismatched.Concat(report.Missing).FirstOrDefault()})."
        );
    }

    /// <summary>Initialises from a torchvision file (encoder names bare) or from a RoadSeg checkpoint (names with "encoder.").</summary>
    public static WeightReport Initialise(DeepLabV3Plus model, SafeTensors file)
    {
        var ours = file.Tensors.Keys.Any(k => k.StartsWith("encoder.", StringComparison.Ordinal));
        var report = ours ? Load(model, file.Tensors) : Load(model.Encoder, file.Tensors);
        Check.That(
            report.Loaded > 0,
            "No tensor of the file fits this model: its names should be torchvision's (features.0.0.weight, layer1.0.conv1.weight ...)."
        );
        return report;
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Named(nn.Module model) =>
        model.named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(model.named_buffers().Select(b => (b.name, b.buffer)));
}
