using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>SGD, Adam and AdamW with PyTorch's arithmetic. Its state is named tensors, so that it lies in the checkpoint beside the weights
/// it belongs to.</summary>
internal sealed class Optimizer : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly TrainingOptions _options;
    private readonly List<Slot> _slots = [];
    private long _steps;

    public Optimizer(DeepLabV3Plus model, TrainingOptions options)
    {
        _options = options;
        using var _ = no_grad();
        foreach (var (name, parameter) in model.named_parameters().Where(p => p.parameter.requires_grad))
        {
            var encoder = name.StartsWith("encoder.", StringComparison.Ordinal);
            _slots.Add(
                new Slot(
                    name,
                    parameter,
                    encoder ? options.EncoderRate : 1,
                    parameter.shape.Length > 1 ? options.WeightDecay : 0,
                    zeros_like(parameter).DetachFromDisposeScope(),
                    options.Optimizer == OptimizerKind.Sgd ? null : zeros_like(parameter).DetachFromDisposeScope()
                )
            );
        }
    }

    /// <summary>Updates the weights and forgets the gradients.</summary>
    /// <param name="rate">Learning rate of the head.</param>
    /// <param name="gradientScale">Factor on every gradient: clipping and accumulation in one.</param>
    public void Step(double rate, double gradientScale)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var numbers = new HeldScalars();
        _steps++;
        foreach (var slot in _slots)
        {
            if (slot.Parameter.grad is not { } gradient)
                continue;
            if (gradientScale != 1)
                gradient.mul_(numbers[gradientScale]);
            if (_options.Optimizer == OptimizerKind.Sgd)
                Sgd(slot, gradient, rate * slot.Rate, numbers);
            else
                Adam(slot, gradient, rate * slot.Rate, numbers);
        }
    }

    /// <summary>Norm of all gradients as one vector.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var norms = _slots.Where(s => s.Parameter.grad is not null).Select(s => s.Parameter.grad!.norm()).ToList();
        return norms.Count == 0 ? 0 : stack(norms).norm().item<float>();
    }

    public Dictionary<string, StoredTensor> Store(string prefix)
    {
        var stored = new Dictionary<string, StoredTensor> { [prefix + "steps"] = StoredTensor.Of([_steps]) };
        foreach (var slot in _slots)
        {
            stored[$"{prefix}{slot.Name}.first"] = ModelWeights.Store(slot.First);
            if (slot.Second is not null)
                stored[$"{prefix}{slot.Name}.second"] = ModelWeights.Store(slot.Second);
        }

        return stored;
    }

    public void Load(IReadOnlyDictionary<string, StoredTensor> stored, string prefix)
    {
        StoredTensor Find(string name) =>
            stored.TryGetValue(prefix + name, out var found)
                ? found
                : throw new TrainerException(
                    $"The checkpoint has no optimiser state '{name}': it was made with another optimiser, or for publishing."
                );
        _steps = Find("steps").Longs()[0];
        foreach (var slot in _slots)
        {
            ModelWeights.Load(slot.First, Find(slot.Name + ".first"));
            if (slot.Second is not null)
                ModelWeights.Load(slot.Second, Find(slot.Name + ".second"));
        }
    }

    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.First.Dispose();
            slot.Second?.Dispose();
        }
    }

    // v = momentum v + (g + decay w); w -= rate v. The first v is the gradient itself, which zero momentum state gives too.
    private void Sgd(Slot slot, Tensor gradient, double rate, HeldScalars numbers)
    {
        if (slot.Decay > 0)
            gradient.add_(slot.Parameter, numbers[slot.Decay]);
        slot.First.mul_(numbers[_options.Momentum]).add_(gradient, numbers[1]);
        slot.Parameter.add_(slot.First, numbers[-rate]);
    }

    // Kingma & Ba 2015; AdamW decays the weight itself (Loshchilov & Hutter 2019).
    private void Adam(Slot slot, Tensor gradient, double rate, HeldScalars numbers)
    {
        if (_options.Optimizer == OptimizerKind.AdamW)
            slot.Parameter.mul_(numbers[1 - (rate * slot.Decay)]);
        else if (slot.Decay > 0)
            gradient.add_(slot.Parameter, numbers[slot.Decay]);
        slot.First.mul_(numbers[Beta1]).add_(gradient, numbers[1 - Beta1]);
        slot.Second!.mul_(numbers[Beta2]).addcmul_(gradient, gradient, numbers[1 - Beta2]);
        var spread = slot.Second.sqrt().div_(numbers[Math.Sqrt(1 - Math.Pow(Beta2, _steps))]).add_(numbers[Epsilon], numbers[1]);
        slot.Parameter.addcdiv_(slot.First, spread, numbers[-rate / (1 - Math.Pow(Beta1, _steps))]);
    }

    private sealed record Slot(string Name, Parameter Parameter, double Rate, double Decay, Tensor First, Tensor? Second);
}
