using RoadSeg.Trainer.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Libtorch;

public sealed class AutocastScopeTests
{
    [Fact]
    public void A_convolution_computes_in_bfloat16_and_its_weights_and_gradients_stay_floats()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(2, 2, 1);
        var image = randn(1, 2, 4, 4);
        Tensor output;
        using (new Autocast(DeviceType.CPU))
            output = conv.call(image);
        Assert.Equal(ScalarType.BFloat16, output.dtype);

        output.to(float32).sum().backward();
        Assert.Equal(ScalarType.Float32, conv.weight.dtype);
        Assert.Equal(ScalarType.Float32, conv.weight.grad!.dtype);
        Assert.Equal(ScalarType.Float32, conv.call(image).dtype);
        Assert.True(conv.call(image).allclose(output.to(float32), 0.02, 0.02));
    }

    [Fact]
    public void An_inner_scope_ends_itself_alone_and_the_outer_one_everything()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(2, 2, 1);
        var image = randn(1, 2, 4, 4);
        using (var outer = new Autocast(DeviceType.CPU))
        {
            using (new Autocast(DeviceType.CPU))
                Assert.Equal(ScalarType.BFloat16, conv.call(image).dtype);
            Assert.True(Autocast.IsOn(DeviceType.CPU));
            Assert.Equal(ScalarType.BFloat16, conv.call(image).dtype);

            // Ended twice, it ends once.
            outer.Dispose();
            Assert.False(Autocast.IsOn(DeviceType.CPU));
        }

        Assert.False(Autocast.IsOn(DeviceType.CPU));
        Assert.Equal(ScalarType.Float32, conv.call(image).dtype);
    }

    [Fact]
    public void It_ends_when_the_network_inside_fails()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(2, 2, 1);
        var wrong = randn(1, 3, 4, 4);
        Assert.ThrowsAny<Exception>(() =>
        {
            using var small = new Autocast(DeviceType.CPU);
            return conv.call(wrong);
        });
        Assert.False(Autocast.IsOn(DeviceType.CPU));
    }

    [Fact]
    public void Weights_changed_after_a_scope_are_seen_by_the_next()
    {
        using var scope = NewDisposeScope();
        using var conv = nn.Conv2d(1, 1, 1, bias: false);
        var image = ones(1, 1, 1, 1);
        Assert.Equal(1, Output(1));
        Assert.Equal(2, Output(2));

        double Output(double weight)
        {
            using (no_grad())
                conv.weight.fill_(weight);
            using (new Autocast(DeviceType.CPU))
                return conv.call(image).to(float32).item<float>();
        }
    }

    [Fact]
    public void Devices_that_libtorch_would_throw_for_are_refused_here() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Autocast(DeviceType.META));
}
