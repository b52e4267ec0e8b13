using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>An exponential moving average of weights and batch statistics, as a model of its own: it is what gets evaluated and
/// published.</summary>
internal sealed class Ema : IDisposable
{
    private readonly DeepLabV3Plus _source;
    private readonly double _decay;
    private readonly List<(Tensor Source, Tensor Average)> _pairs;

    public Ema(DeepLabV3Plus source, double decay, Device device)
    {
        (_source, _decay) = (source, decay);
        Model = new DeepLabV3Plus(source.Options);
        Model.to(device);
        Model.eval();
        _pairs = [.. All(source).Zip(All(Model))];
        Blend(0);
    }

    public DeepLabV3Plus Model { get; }

    /// <summary>Early on the average follows fast: decay is at most (1 + n) / (10 + n) after n updates.</summary>
    public void Update(long step) => Blend(_decay == 0 ? 0 : Math.Min(_decay, (1.0 + step) / (10 + step)));

    public void Dispose() => Model.Dispose();

    private static IEnumerable<Tensor> All(nn.Module model) => model.parameters().Select(p => (Tensor)p).Concat(model.buffers());

    private void Blend(double decay)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var numbers = new HeldScalars();
        foreach (var (source, average) in _pairs)
        {
            if (decay == 0 || source.dtype == int64)
                average.copy_(source);
            else
                average.mul_(numbers[decay]).add_(source, numbers[1 - decay]);
        }
    }
}
