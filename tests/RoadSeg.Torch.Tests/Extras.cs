using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Extras : TorchTest
{
    [Fact]
    public void Autocast_computes_convolutions_in_bfloat16_and_leaves_the_weights()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using TorchSharp.Modules.Conv2d conv = nn.Conv2d(2, 2, 1);
        Tensor image = torch.randn(1, 2, 4, 4);
        using (TorchExtras.Autocast(DeviceType.CPU))
        {
            Assert.True(TorchExtras.IsAutocastEnabled(DeviceType.CPU));
            Tensor output = conv.call(image);
            Assert.Equal(ScalarType.BFloat16, output.dtype);
            using (TorchExtras.Autocast(DeviceType.CPU, enabled: false))
                Assert.Equal(ScalarType.Float32, conv.call(image).dtype);
            output.@float().sum().backward();
        }

        Assert.False(TorchExtras.IsAutocastEnabled(DeviceType.CPU));
        Assert.Equal(ScalarType.Float32, conv.weight.dtype);
        Assert.Equal(ScalarType.Float32, conv.weight.grad!.dtype);
        Assert.Equal(ScalarType.Float32, conv.call(image).dtype);
    }

    [Fact]
    public void Channels_last_changes_the_order_in_memory_and_no_value()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor image = torch.randn(2, 3, 4, 5);
        Tensor turned = TorchExtras.ChannelsLast(image);
        Assert.Equal([60L, 1, 15, 3], turned.stride());
        Assert.True(turned.Equals(image));
        using TorchSharp.Modules.Conv2d conv = nn.Conv2d(3, 4, 3);
        Tensor plain = conv.call(image);
        nint handle = conv.weight.Handle;
        TorchExtras.ToChannelsLast(conv);
        Assert.True(TorchExtras.IsChannelsLast(conv.weight));
        Assert.Equal(handle, conv.weight.Handle);
        Assert.True(TorchExtras.IsChannelsLast(conv.call(turned)));
        Assert.True(conv.call(turned).allclose(plain, 1e-4, 1e-5));
    }

    [Fact]
    public void Threads_can_be_set_and_read()
    {
        int before = torch.get_num_threads();
        torch.set_num_threads(1);
        Assert.Equal(1, torch.get_num_threads());
        torch.set_num_threads(before);
    }

    [Fact]
    public void The_version_is_that_of_the_library_that_was_loaded()
    {
        Assert.True(Version.Parse(torch.__version__.Split('+', 'a')[0]) >= new Version(1, 13));
    }

    [Fact]
    public void Tensors_forgotten_by_their_wrappers_are_freed_by_the_collector()
    {
        long before = LiveTensors.Count;
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(before, LiveTensors.Count);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget() => _ = torch.ones(3);
}
