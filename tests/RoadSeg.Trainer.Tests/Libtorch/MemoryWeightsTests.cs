using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Libtorch;

/// <summary>What the trainer relies on and TorchSharp does not promise: layouts and seeds.</summary>
public sealed class MemoryWeightsTests
{
    private static readonly ModelOptions Small =
        new() { AsppRates = [2], AsppChannels = 16, LowLevelChannels = 8, DecoderChannels = 16, Classes = 4 };

    [Fact]
    public void Channels_last_changes_the_order_in_memory_and_no_value()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(3, 4, (3, 5));
        var image = randn(2, 3, 8, 9);
        var (plain, weight, handle) = (conv.call(image), conv.weight.clone(), conv.weight.Handle);
        Assert.Equal([45L, 15, 5, 1], conv.weight.stride());

        ChannelsLast.Apply(conv);

        Assert.Equal([45L, 1, 15, 3], conv.weight.stride());
        Assert.Equal([4L, 3, 3, 5], conv.weight.shape);
        Assert.Equal(handle, conv.weight.Handle);
        Assert.True(conv.weight.requires_grad);
        Assert.True(conv.weight.Equals(weight));
        Assert.True(conv.call(image).allclose(plain, 1e-4, 1e-5));
        Assert.True(conv.call(ChannelsLast.Of(image)).allclose(plain, 1e-4, 1e-5));
    }

    [Fact]
    public void A_network_with_channels_last_learns_the_same()
    {
        using var scope = NewDisposeScope();
        var image = randn(2, 3, 32, 32);
        var (plain, turned) = (Gradient(turn: false), Gradient(turn: true));
        Assert.True(turned.allclose(plain, 1e-3, 1e-4 * plain.abs().max().item<float>()));

        Tensor Gradient(bool turn)
        {
            random.manual_seed(1);
            using var model = new DeepLabV3Plus(Small);
            if (turn)
                ChannelsLast.Apply(model);
            model.eval();
            model.forward(image).Logits.square().mean().backward();
            return model.parameters().First().grad!.contiguous().MoveToOuterDisposeScope();
        }
    }

    [Fact]
    public void One_seed_decides_weights_and_dropout()
    {
        Assert.Equal(Draw(5), Draw(5));
        Assert.NotEqual(Draw(5), Draw(6));

        static float[] Draw(long seed)
        {
            using var scope = NewDisposeScope();
            random.manual_seed(seed);
            using var model = new DeepLabV3Plus(Small);
            random.manual_seed(seed);
            var kept = nn.functional.dropout(ones(64), 0.5, training: true);
            return [.. model.parameters().SelectMany(p => p.data<float>().ToArray()), .. kept.data<float>().ToArray()];
        }
    }
}
