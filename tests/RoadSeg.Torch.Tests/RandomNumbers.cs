using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class RandomNumbers : TorchTest
{
    private static float[] Draw()
    {
        using Tensor normal = torch.randn(9);
        using Tensor uniform = torch.rand(9);
        return [.. normal.data<float>(), .. uniform.data<float>()];
    }

    [Fact]
    public void The_same_seed_draws_the_same_numbers()
    {
        torch.manual_seed(5);
        float[] first = Draw();
        float[] next = Draw();
        torch.manual_seed(5);
        Assert.Equal(first, Draw());
        Assert.Equal(next, Draw());
        torch.manual_seed(6);
        Assert.NotEqual(first, Draw());
    }

    [Fact]
    public void A_saved_state_brings_the_same_numbers_back_from_the_middle()
    {
        torch.manual_seed(5);
        _ = Draw();
        // An odd count of normals leaves half of a pair in the generator: that is part of the state.
        using Tensor one = torch.randn(1);
        using Tensor state = torch.get_rng_state();
        byte[] bytes = state.bytes.ToArray();
        float[] expected = Draw();
        torch.manual_seed(99);
        using Tensor restored = torch.tensor(bytes);
        torch.set_rng_state(restored);
        Assert.Equal(expected, Draw());
    }

    [Fact]
    public void A_generator_of_its_own_neither_disturbs_nor_is_disturbed()
    {
        torch.manual_seed(5);
        float[] plain = Draw();
        torch.manual_seed(5);
        using var own = new Generator(7);
        Assert.Equal(7, own.initial_seed());
        using Tensor a = torch.rand([4], generator: own);
        Assert.Equal(plain, Draw());
        using var again = new Generator(7);
        using Tensor b = torch.rand([4], generator: again);
        Assert.Equal(a.data<float>().ToArray(), b.data<float>().ToArray());

        using Tensor state = own.get_state();
        using Tensor next = torch.randperm(20, generator: own);
        own.set_state(state);
        using Tensor repeated = torch.randperm(20, generator: own);
        Assert.Equal(next.data<long>().ToArray(), repeated.data<long>().ToArray());
    }

    [Fact]
    public void Training_runs_with_the_same_seed_are_bit_for_bit_the_same()
    {
        static float[] Run()
        {
            torch.manual_seed(3);
            using TorchSharp.Modules.Sequential net = nn.Sequential(
                nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout2d(0.2), nn.Conv2d(4, 2, 1));
            using TorchSharp.Modules.SGD optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum: 0.9);
            for (int i = 0; i < 4; i++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                net.zero_grad();
                net.call(torch.randn(2, 2, 8, 8)).square().mean().backward();
                optimizer.step();
            }

            return [.. net.parameters().SelectMany(p => p.data<float>().ToArray())];
        }

        Assert.Equal(Run(), Run());
    }
}
