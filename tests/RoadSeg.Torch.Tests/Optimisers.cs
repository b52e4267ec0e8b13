using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

/// <summary>Optimisers against the formulas of their papers as PyTorch writes them, computed here by hand on doubles.</summary>
public sealed class Optimisers : TorchTest
{
    private static readonly double[] Start = [1.0, -2.0, 0.5];

    /// <summary>Runs steps on the loss sum(w^3) / 3, whose gradient is w^2.</summary>
    private static double[] Run(Func<Parameter, torch.optim.Optimizer> make, int steps)
    {
        using var parameter = new Parameter(torch.tensor(Start));
        using torch.optim.Optimizer optimizer = make(parameter);
        for (int i = 0; i < steps; i++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            optimizer.zero_grad();
            (parameter.pow(3).sum() / 3).backward();
            optimizer.step();
        }

        return parameter.data<double>().ToArray();
    }

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-12);
    }

    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(0.9, 0, 0, false)]
    [InlineData(0.9, 0.5, 0.01, false)]
    [InlineData(0.9, 0, 0.01, true)]
    public void Sgd_steps_by_its_formula(double momentum, double dampening, double decay, bool nesterov)
    {
        double[] w = [.. Start], v = new double[3];
        for (int step = 0; step < 4; step++)
        {
            for (int i = 0; i < 3; i++)
            {
                double g = w[i] * w[i] + decay * w[i];
                v[i] = step == 0 ? g : momentum * v[i] + (1 - dampening) * g;
                w[i] -= 0.1 * (momentum == 0 ? g : nesterov ? g + momentum * v[i] : v[i]);
            }
        }

        AssertClose(w, Run(p => torch.optim.SGD([p], 0.1, momentum, dampening, decay, nesterov), 4));
    }

    [Theory]
    [InlineData(0.02, true, false)]
    [InlineData(0.02, false, false)]
    [InlineData(0, false, true)]
    public void Adam_and_AdamW_step_by_their_formulas(double decay, bool decoupled, bool amsgrad)
    {
        double[] w = [.. Start], m = new double[3], v = new double[3], largest = new double[3];
        for (int step = 1; step <= 4; step++)
        {
            for (int i = 0; i < 3; i++)
            {
                double g = w[i] * w[i] + (decoupled ? 0 : decay * w[i]);
                if (decoupled)
                    w[i] *= 1 - 0.1 * decay;
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.99 * v[i] + 0.01 * g * g;
                largest[i] = Math.Max(largest[i], v[i]);
                double second = (amsgrad ? largest[i] : v[i]) / (1 - Math.Pow(0.99, step));
                w[i] -= 0.1 * m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second) + 1e-8);
            }
        }

        AssertClose(w, Run(
            p => decoupled
                ? torch.optim.AdamW([p], 0.1, 0.9, 0.99, 1e-8, decay, amsgrad)
                : torch.optim.Adam([p], 0.1, 0.9, 0.99, 1e-8, decay, amsgrad),
            4));
    }

    [Fact]
    public void Groups_keep_their_own_rates_and_take_the_rest_from_the_optimizer()
    {
        using var slow = new Parameter(torch.ones(1));
        using var fast = new Parameter(torch.ones(1));
        using SGD optimizer = torch.optim.SGD(
            new SGD.ParamGroup[]
            {
                new([slow], new SGD.Options { LearningRate = 0.1, weight_decay = 0 }),
                new([fast], new SGD.Options { LearningRate = 1.0 }),
            },
            0.5, weight_decay: 0.25);
        using (torch.NewDisposeScope())
        {
            (slow + fast).sum().backward();
            optimizer.step();
        }

        Assert.Equal(0.9f, slow.item<float>(), 1e-6f);
        Assert.Equal(-0.25f, fast.item<float>(), 1e-6f);
        Assert.Equal([0.1, 1.0], optimizer.ParamGroups.Select(g => g.LearningRate));
    }

    [Fact]
    public void A_parameter_given_twice_is_refused()
    {
        using var parameter = new Parameter(torch.ones(1));
        Assert.Throws<ArgumentException>(() => torch.optim.SGD([parameter, parameter], 0.1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_saved_optimizer_goes_on_bit_exactly(bool adam)
    {
        static OptimizerHelper Make(bool adam, Parameter p) => adam
            ? torch.optim.AdamW([p], 0.1, amsgrad: true)
            : torch.optim.SGD([p], 0.1, momentum: 0.9);

        static void Step(OptimizerHelper optimizer, Parameter p)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            optimizer.zero_grad();
            p.pow(3).sum().backward();
            optimizer.step();
        }

        using var first = new Parameter(torch.tensor(Start));
        using OptimizerHelper one = Make(adam, first);
        Step(one, first);
        Step(one, first);
        using var file = new MemoryStream();
        using (var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true))
            one.save_state_dict(writer);
        using Tensor detached = first.detach();
        using var second = new Parameter(detached.clone());
        using OptimizerHelper two = Make(adam, second);
        file.Position = 0;
        using (var reader = new BinaryReader(file, System.Text.Encoding.UTF8, leaveOpen: true))
            two.load_state_dict(reader);
        using OptimizerHelper three = Make(adam, second);
        three.load_state_dict(one.state_dict());
        Assert.True(three.state_dict().State[0].ApproximatelyEquals(two.state_dict().State[0]));

        Step(one, first);
        Step(two, second);
        Assert.Equal(first.data<double>().ToArray(), second.data<double>().ToArray());
    }

    [Fact]
    public void State_of_another_optimizer_is_refused()
    {
        using var parameter = new Parameter(torch.ones(1));
        using SGD sgd = torch.optim.SGD([parameter], 0.1);
        using Adam adam = torch.optim.Adam([parameter]);
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        sgd.save_state_dict(writer);
        file.Position = 0;
        using var reader = new BinaryReader(file);
        Assert.Contains("expected 'Adam', but found 'SGD'", Assert.Throws<InvalidDataException>(() => adam.load_state_dict(reader)).Message);
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_the_common_norm_and_returns_the_old_one()
    {
        using var a = new Parameter(torch.zeros(2));
        using var b = new Parameter(torch.zeros(1));
        using var unused = new Parameter(torch.zeros(1));
        using DisposeScope scope = torch.NewDisposeScope();
        (a.sum() * 3 + b.sum() * Math.Sqrt(7)).backward();
        Assert.Equal(5, nn.utils.clip_grad_norm_([a, b, unused], 1), 1e-6);
        Assert.Equal(0.6f, a.grad!.data<float>()[0], 1e-5f);
        Assert.True(nn.utils.clip_grad_norm_([a, b], 10) < 1.001);
        Assert.Equal(0.6f, a.grad!.data<float>()[1], 1e-5f);
    }
}
