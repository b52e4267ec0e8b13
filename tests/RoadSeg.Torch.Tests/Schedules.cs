using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Schedules : TorchTest
{
    private static double[] Rates(Func<torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler> make, int steps)
    {
        using var parameter = new Parameter(torch.zeros(1));
        using SGD optimizer = torch.optim.SGD([parameter], 0.5);
        torch.optim.lr_scheduler.LRScheduler schedule = make(optimizer);
        var rates = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            rates[i] = optimizer.ParamGroups.First().LearningRate;
            Assert.Equal(rates[i], schedule.get_last_lr().First());
            schedule.step();
        }

        return rates;
    }

    private static void AssertRates(Func<int, double> expected, double[] rates)
    {
        for (int i = 0; i < rates.Length; i++)
            Assert.Equal(expected(i), rates[i], 1e-12);
    }

    [Fact]
    public void Polynomial_decay_follows_its_closed_form() => AssertRates(
        i => 0.5 * Math.Pow(1 - Math.Min(i, 10) / 10.0, 0.9), Rates(o => torch.optim.lr_scheduler.PolynomialLR(o, 10, 0.9), 13));

    [Fact]
    public void Cosine_annealing_follows_its_closed_form() => AssertRates(
        i => 0.1 + 0.4 * (1 + Math.Cos(Math.PI * i / 8)) / 2, Rates(o => torch.optim.lr_scheduler.CosineAnnealingLR(o, 8, 0.1), 20));

    [Fact]
    public void A_lambda_multiplies_the_first_rate() => AssertRates(
        i => 0.5 / (1 + i), Rates(o => torch.optim.lr_scheduler.LambdaLR(o, i => 1.0 / (1 + i)), 5));

    [Fact]
    public void Steps_divide_the_rate() => AssertRates(
        i => 0.5 * Math.Pow(0.1, i / 3), Rates(o => torch.optim.lr_scheduler.StepLR(o, 3), 10));

    [Fact]
    public void One_cycle_rises_and_falls_for_every_group_and_goes_on_from_the_middle()
    {
        using Parameter one = new(torch.zeros(1)), two = new(torch.zeros(1)), three = new(torch.zeros(1));
        using SGD optimizer = torch.optim.SGD(
            new SGD.ParamGroup[] { new([one], new SGD.Options()), new([two], new SGD.Options()), new([three], new SGD.Options()) },
            0.1, momentum: 0.9);
        double[] high = [1.0, 2.0, 4.0];
        torch.optim.lr_scheduler.LRScheduler schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, high, 20, pct_start: 0.25);
        for (int step = 0; step < 20; step++)
        {
            double share = step <= 4 ? step / 4.0 : (step - 4) / 15.0;
            double cosine = (Math.Cos(Math.PI * share) + 1) / 2;
            double factor = step <= 4 ? 1 + (0.04 - 1) * cosine : 4e-6 + (1 - 4e-6) * cosine;
            double[] expected = [.. high.Select(h => h * factor)];
            double momentum = step <= 4 ? 0.85 + 0.1 * cosine : 0.95 - 0.1 * cosine;
            Assert.All(schedule.get_last_lr().Zip(expected), r => Assert.Equal(r.Second, r.First, 1e-12));
            Assert.All(optimizer.ParamGroups, g => Assert.Equal(momentum, ((SGD.ParamGroup)g).Momentum, 1e-12));
            torch.optim.lr_scheduler.LRScheduler resumed =
                torch.optim.lr_scheduler.OneCycleLR(optimizer, high, 20, pct_start: 0.25, last_epoch: step - 1);
            Assert.Equal(schedule.get_last_lr(), resumed.get_last_lr());
            schedule.step();
        }
    }

    [Fact]
    public void Warm_up_and_decay_follow_one_another() => AssertRates(
        i => i < 4 ? 0.5 * (0.2 + 0.8 * i / 4) : 0.5 * (1 - (i - 4) / 6.0),
        Rates(
            o => torch.optim.lr_scheduler.SequentialLR(
                o,
                [torch.optim.lr_scheduler.LinearLR(o, 0.2, 1, 4), torch.optim.lr_scheduler.PolynomialLR(o, 6)],
                [4]),
            10));
}
