namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            public static partial class impl
            {
                /// <summary>
                /// One rise of the rate and one fall to far below the start, momentum the other way (Smith and Topin, 2018). Every group
                /// follows its own max_lr through all phases, also when the schedule is made in the middle (last_epoch).
                /// </summary>
                public class OneCycleLR : LRScheduler
                {
                    public enum AnnealStrategy
                    {
                        Cos,
                        Linear,
                    }

                    private readonly int total;
                    private readonly AnnealStrategy strategy;
                    private readonly Phase[] phases;
                    private readonly double[] highest;
                    private readonly double[]? leastMomentum;
                    private readonly double[]? mostMomentum;
                    private readonly double divisor;
                    private readonly double finalDivisor;

                    public OneCycleLR(
                        Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1,
                        double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true,
                        double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4,
                        bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : this(
                            optimizer, Each(optimizer, max_lr), total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy,
                            cycle_momentum, Each(optimizer, base_momentum), Each(optimizer, max_momentum), div_factor, final_div_factor,
                            three_phase, last_epoch, verbose)
                    {
                    }

                    public OneCycleLR(
                        Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1,
                        double pct_start = 0.3, AnnealStrategy anneal_strategy = AnnealStrategy.Cos, bool cycle_momentum = true,
                        IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null, double div_factor = 25,
                        double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1, bool verbose = false)
                        : base(optimizer, last_epoch, verbose)
                    {
                        if (pct_start is < 0 or > 1)
                            throw new ArgumentException($"Expected pct_start between 0 and 1, but got {pct_start}");
                        total = total_steps != -1 ? total_steps : epochs * steps_per_epoch;
                        if (total <= 0 || (total_steps == -1 && epochs <= 0))
                            throw new ArgumentException("You must define either total_steps or epochs and steps_per_epoch, all positive.");
                        if (cycle_momentum && optimizer is not (IMomentum or IBetas))
                            throw new ArgumentException("optimizer must support momentum with `cycle_momentum` option enabled");
                        strategy = anneal_strategy;
                        divisor = div_factor;
                        finalDivisor = final_div_factor;
                        highest = [.. max_lr];
                        if (cycle_momentum)
                        {
                            leastMomentum = [.. base_momentum ?? Each(optimizer, 0.85)];
                            mostMomentum = [.. max_momentum ?? Each(optimizer, 0.95)];
                        }

                        double peak = pct_start * total - 1;
                        phases = three_phase
                            ? [new(peak, Level.Start, Level.High), new(2 * peak, Level.High, Level.Start), new(total - 1, Level.Start, Level.Low)]
                            : [new(peak, Level.Start, Level.High), new(total - 1, Level.High, Level.Low)];
                        step();
                    }

                    private enum Level
                    {
                        Start,
                        High,
                        Low,
                    }

                    private readonly record struct Phase(double End, Level From, Level To);

                    protected override IEnumerable<double> get_lr()
                    {
                        if (LastEpoch > total)
                            throw new InvalidOperationException($"Tried to step {LastEpoch + 1} times. The specified number of total steps is {total}");
                        int current = 0;
                        while (current < phases.Length - 1 && LastEpoch > phases[current].End)
                            current++;
                        Phase phase = phases[current];
                        double start = current == 0 ? 0 : phases[current - 1].End;
                        double share = phase.End > start ? (LastEpoch - start) / (phase.End - start) : 1;
                        for (int i = 0; mostMomentum is not null && i < Groups.Count; i++)
                            SetMomentum(Groups[i], Anneal(Momentum(phase.From, i), Momentum(phase.To, i), share));
                        return highest.Select(high => Anneal(Rate(phase.From, high), Rate(phase.To, high), share)).ToArray();
                    }

                    private double Rate(Level level, double high) => level switch
                    {
                        Level.High => high,
                        Level.Start => high / divisor,
                        _ => high / divisor / finalDivisor,
                    };

                    private double Momentum(Level level, int group) => level == Level.High ? leastMomentum![group] : mostMomentum![group];

                    private double Anneal(double from, double to, double share) => strategy == AnnealStrategy.Cos
                        ? to + (from - to) / 2 * (Math.Cos(Math.PI * share) + 1)
                        : from + (to - from) * share;

                    private static void SetMomentum(ILearningRateController group, double momentum)
                    {
                        if (group is IBetas betas)
                            betas.Betas = (momentum, betas.Betas.Item2);
                        else if (group is IMomentum other)
                            other.Momentum = momentum;
                    }

                    private static IEnumerable<double> Each(Optimizer optimizer, double value) =>
                        Enumerable.Repeat(value, optimizer.ParamGroups.Count());
                }
            }

            public static LRScheduler OneCycleLR(
                Optimizer optimizer, double max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1, double pct_start = 0.3,
                impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos, bool cycle_momentum = true,
                double base_momentum = 0.85, double max_momentum = 0.95, double div_factor = 25, double final_div_factor = 1e4,
                bool three_phase = false, int last_epoch = -1, bool verbose = false) =>
                new impl.OneCycleLR(
                    optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum,
                    max_momentum, div_factor, final_div_factor, three_phase, last_epoch, verbose);

            public static LRScheduler OneCycleLR(
                Optimizer optimizer, IEnumerable<double> max_lr, int total_steps = -1, int epochs = -1, int steps_per_epoch = -1,
                double pct_start = 0.3, impl.OneCycleLR.AnnealStrategy anneal_strategy = impl.OneCycleLR.AnnealStrategy.Cos,
                bool cycle_momentum = true, IEnumerable<double>? base_momentum = null, IEnumerable<double>? max_momentum = null,
                double div_factor = 25, double final_div_factor = 1e4, bool three_phase = false, int last_epoch = -1,
                bool verbose = false) =>
                new impl.OneCycleLR(
                    optimizer, max_lr, total_steps, epochs, steps_per_epoch, pct_start, anneal_strategy, cycle_momentum, base_momentum,
                    max_momentum, div_factor, final_div_factor, three_phase, last_epoch, verbose);
        }
    }
}
