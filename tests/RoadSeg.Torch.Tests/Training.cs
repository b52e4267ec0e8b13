using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Training : TorchTest
{
    private sealed class TinyNet : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Sequential body;
        private readonly Conv2d head;

        public TinyNet() : base("tiny")
        {
            body = nn.Sequential(
                ("conv", nn.Conv2d(3, 8, 3, padding: 1, bias: false)), ("bn", nn.BatchNorm2d(8)), ("relu", nn.ReLU(inplace: true)));
            head = nn.Conv2d(8, 4, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor features = body.call(input);
            using Tensor logits = head.call(features);
            return nn.functional.interpolate(logits, [8, 8], mode: InterpolationMode.Bilinear, align_corners: false);
        }
    }

    private static double[] Train(int steps, out long tensorsBetweenSteps)
    {
        torch.manual_seed(1);
        using var net = new TinyNet();
        using var optimizer = torch.optim.SGD(net.parameters(), 0.2, momentum: 0.9, weight_decay: 1e-4);
        var losses = new double[steps];
        tensorsBetweenSteps = 0;
        using Tensor images = torch.rand(2, 3, 8, 8);
        using Tensor labels = torch.randint(0, 4, new long[] { 2, 8, 8 });
        for (int i = 0; i < steps; i++)
        {
            using (DisposeScope scope = torch.NewDisposeScope())
            {
                net.zero_grad();
                Tensor loss = nn.functional.cross_entropy(net.call(images), labels, ignore_index: 255);
                loss.backward();
                optimizer.step();
                losses[i] = loss.item<float>();
            }

            if (i == 1)
                tensorsBetweenSteps = Tensor.TotalCount;
            else if (i > 1)
                Assert.Equal(tensorsBetweenSteps, Tensor.TotalCount);
        }

        return losses;
    }

    [Fact]
    public void A_tiny_net_learns_two_images_by_heart()
    {
        double[] losses = Train(150, out _);
        Assert.True(losses[^1] < 0.55 * losses[0], $"loss went from {losses[0]} to {losses[^1]}");
    }
}
