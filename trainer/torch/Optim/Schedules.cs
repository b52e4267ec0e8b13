namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            // The recursive forms are PyTorch's: each step scales the rate that is there, so that schedules can follow one another.
            public static partial class impl
            {
                public class LambdaLR : LRScheduler
                {
                    private readonly Func<int, double>[] factors;

                    public LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false)
                        : this(optimizer, Enumerable.Repeat(lr_lambda, optimizer.ParamGroups.Count()), last_epoch, verbose)
                    {
                    }

                    public LambdaLR(
                        Optimizer optimizer, IEnumerable<Func<int, double>> lr_lambdas, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        factors = [.. lr_lambdas];
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => BaseRates.Select((rate, i) => rate * factors[i](LastEpoch));
                }

                public class StepLR : LRScheduler
                {
                    private readonly int size;
                    private readonly double gamma;

                    public StepLR(Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        size = step_size;
                        this.gamma = gamma;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(LastEpoch == 0 || LastEpoch % size != 0 ? 1 : gamma);

                    protected override IEnumerable<double> get_closed_form_lr() => FromBase(r => r * Math.Pow(gamma, LastEpoch / size));
                }

                public class PolynomialLR : LRScheduler
                {
                    private readonly double total;
                    private readonly double power;

                    public PolynomialLR(
                        Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        total = total_iters;
                        this.power = power;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(
                        LastEpoch == 0 || LastEpoch > total
                            ? 1
                            : Math.Pow((1 - LastEpoch / total) / (1 - (LastEpoch - 1) / total), power));

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        FromBase(r => r * Math.Pow(1 - Math.Min(total, LastEpoch) / total, power));
                }

                public class ConstantLR : LRScheduler
                {
                    private readonly double factor;
                    private readonly int total;

                    public ConstantLR(
                        Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        this.factor = factor;
                        total = total_iters;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() =>
                        Scaled(LastEpoch == 0 ? factor : LastEpoch == total ? 1 / factor : 1);

                    protected override IEnumerable<double> get_closed_form_lr() => FromBase(r => r * (LastEpoch >= total ? 1 : factor));
                }

                public class LinearLR : LRScheduler
                {
                    private readonly double start;
                    private readonly double end;
                    private readonly int total;

                    public LinearLR(
                        Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5, int last_epoch = -1,
                        bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        start = start_factor;
                        end = end_factor;
                        total = total_iters;
                        step();
                    }

                    protected override IEnumerable<double> get_lr() => Scaled(
                        LastEpoch == 0 ? start
                        : LastEpoch > total ? 1
                        : 1 + (end - start) / (total * start + (LastEpoch - 1) * (end - start)));

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        FromBase(r => r * (start + (end - start) * Math.Min(total, LastEpoch) / total));
                }

                public class CosineAnnealingLR : LRScheduler
                {
                    private readonly double half;
                    private readonly double least;

                    public CosineAnnealingLR(
                        Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        half = T_max;
                        least = eta_min;
                        step();
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch == 0)
                            return Scaled(1);
                        // At the bottom the ratio below is 0 / 0.
                        if ((LastEpoch - 1 - half) % (2 * half) == 0)
                            return Groups.Select((g, i) => g.LearningRate + (BaseRates[i] - least) * (1 - Math.Cos(Math.PI / half)) / 2);
                        double ratio = (1 + Math.Cos(Math.PI * LastEpoch / half)) / (1 + Math.Cos(Math.PI * (LastEpoch - 1) / half));
                        return Groups.Select(g => ratio * (g.LearningRate - least) + least);
                    }

                    protected override IEnumerable<double> get_closed_form_lr() =>
                        FromBase(r => least + (r - least) * (1 + Math.Cos(Math.PI * LastEpoch / half)) / 2);
                }

                /// <summary>One schedule until the first milestone, the next one from there, each beginning at its own step 0.</summary>
                public class SequentialLR : LRScheduler
                {
                    private readonly LRScheduler[] parts;
                    private readonly int[] milestones;

                    public SequentialLR(
                        Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1)
                        : base(optimizer, last_epoch + 1)
                    {
                        parts = [.. schedulers];
                        this.milestones = [.. milestones];
                        if (parts.Any(p => p.Optimizer != optimizer))
                            throw new ArgumentException("SequentialLR expects all schedulers to be bound to the same optimizer.");
                        if (this.milestones.Length != parts.Length - 1)
                            throw new ArgumentException($"{parts.Length} schedulers need {parts.Length - 1} milestones, got {this.milestones.Length}.");
                        // Each part has done its step 0 on the optimiser when it was made: undo that, and do the first one's again.
                        foreach (ILearningRateController group in Groups)
                            group.LearningRate = group.InitialLearningRate;
                        foreach (LRScheduler part in parts)
                            part.LastEpoch--;
                        parts[0].step();
                        LastRates = [.. parts[0].LastRates];
                    }

                    protected override IEnumerable<double> get_lr()
                    {
                        int current = milestones.Count(m => m <= LastEpoch);
                        if (current > 0 && milestones[current - 1] == LastEpoch)
                            parts[current].step(0);
                        else
                            parts[current].step();
                        return Groups.Select(static g => g.LearningRate);
                    }
                }
            }

            public static LRScheduler LambdaLR(Optimizer optimizer, Func<int, double> lr_lambda, int last_epoch = -1, bool verbose = false) =>
                new impl.LambdaLR(optimizer, lr_lambda, last_epoch, verbose);

            public static LRScheduler StepLR(
                Optimizer optimizer, int step_size, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.StepLR(optimizer, step_size, gamma, last_epoch, verbose);

            public static LRScheduler PolynomialLR(
                Optimizer optimizer, int total_iters = 5, double power = 1, int last_epoch = -1, bool verbose = false) =>
                new impl.PolynomialLR(optimizer, total_iters, power, last_epoch, verbose);

            public static LRScheduler ConstantLR(
                Optimizer optimizer, double factor = 1.0 / 3, int total_iters = 5, int last_epoch = -1, bool verbose = false) =>
                new impl.ConstantLR(optimizer, factor, total_iters, last_epoch, verbose);

            public static LRScheduler LinearLR(
                Optimizer optimizer, double start_factor = 1.0 / 3, double end_factor = 1, int total_iters = 5, int last_epoch = -1,
                bool verbose = false) => new impl.LinearLR(optimizer, start_factor, end_factor, total_iters, last_epoch, verbose);

            public static LRScheduler CosineAnnealingLR(
                Optimizer optimizer, double T_max, double eta_min = 0, int last_epoch = -1, bool verbose = false) =>
                new impl.CosineAnnealingLR(optimizer, T_max, eta_min, last_epoch, verbose);

            public static LRScheduler SequentialLR(
                Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<int> milestones, int last_epoch = -1) =>
                new impl.SequentialLR(optimizer, schedulers, milestones, last_epoch);
        }
    }
}
