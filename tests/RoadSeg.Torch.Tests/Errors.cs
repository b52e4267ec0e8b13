using System.Runtime.InteropServices;
using RoadSeg.Torch.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Errors : TorchTest
{
    [Fact]
    public void Shapes_that_do_not_fit_are_named_without_a_backtrace()
    {
        using Tensor a = torch.ones(2, 3), b = torch.ones(4);
        ExternalException error = Assert.Throws<ExternalException>(() => a + b);
        Assert.Contains("The size of tensor a (3) must match the size of tensor b (4)", error.Message);
        Assert.DoesNotContain("frame #", error.Message);
        Assert.DoesNotContain(".cpp", error.Message);
    }

    [Fact]
    public void A_convolution_names_the_channels_it_expected()
    {
        using TorchSharp.Modules.Conv2d conv = nn.Conv2d(3, 8, 3);
        using Tensor image = torch.zeros(1, 4, 8, 8);
        Assert.Contains("to have 3 channels, but got 4 channels", Assert.Throws<ExternalException>(() => conv.call(image)).Message);
    }

    [Fact]
    public void A_second_backward_through_a_freed_graph_is_refused()
    {
        using Tensor x = torch.ones(2, requires_grad: true);
        using Tensor y = x.exp();
        using Tensor z = y.sum();
        z.backward();
        Assert.Contains("second time", Assert.Throws<ExternalException>(z.backward).Message);
        x.grad = null;
    }

    [Fact]
    public void An_operator_that_does_not_exist_is_named()
    {
        var missing = new Operator("aten::no_such_operator");
        Assert.Contains("no_such_operator", Assert.Throws<ExternalException>(() => missing.Call()).Message);
    }

    [Fact]
    public void A_missing_argument_is_named()
    {
        using Tensor a = torch.ones(1);
        Assert.Contains("needs its argument other", Assert.Throws<ExternalException>(() => Aten.add_Tensor.Call(a)).Message);
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_before_use()
    {
        if (torch.cuda.is_available())
            Assert.Skip("this machine has a GPU");
        Assert.Throws<InvalidOperationException>(() => torch.device("cuda"));
        Assert.Throws<ArgumentException>(() => new Device("gpu"));
        Assert.Throws<ArgumentException>(() => new Device("cuda:x"));
        Assert.Throws<NotSupportedException>(() => torch.cuda.synchronize());
        Assert.Null(TorchExtras.GpuMemory());
    }

    [Fact]
    public void Elements_are_read_only_as_what_they_are()
    {
        using Tensor a = torch.ones(2);
        Assert.Throws<ArgumentException>(() => a.data<double>());
        Assert.Throws<ArgumentException>(() => a.item<float>());
        using Tensor matrix = torch.ones(2, 3);
        using Tensor turned = matrix.t();
        Assert.Throws<InvalidOperationException>(() => turned.bytes.Length);
    }
}
