namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>
            /// Sets the learning rates of an optimiser. Made, it has done step 0; each <see cref="step()"/> goes one further.
            /// There is no state to save: a schedule made anew with last_epoch is where it was (the rates are in the optimiser's state).
            /// </summary>
            public abstract class LRScheduler
            {
                protected int _step_count;

                private readonly bool verbose;

                protected LRScheduler(Optimizer optimizer, int last_epoch = -1, bool verbose = false)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    Optimizer = optimizer;
                    LastEpoch = last_epoch;
                    this.verbose = verbose;
                    Groups = [.. optimizer.ParamGroups];
                    BaseRates = [.. Groups.Select(static g => g.InitialLearningRate)];
                    LastRates = [.. Groups.Select(static g => g.LearningRate)];
                }

                internal Optimizer Optimizer { get; }

                internal int LastEpoch { get; set; }

                internal IReadOnlyList<ILearningRateController> Groups { get; }

                internal double[] BaseRates { get; }

                internal double[] LastRates { get; set; }

                public IEnumerable<double> get_last_lr() => LastRates;

                public virtual void step() => step(null);

                public virtual void step(int? epoch)
                {
                    _step_count++;
                    LastEpoch = epoch ?? LastEpoch + 1;
                    double[] rates = [.. epoch is null ? get_lr() : get_closed_form_lr()];
                    for (int i = 0; i < Groups.Count; i++)
                    {
                        Groups[i].LearningRate = rates[i];
                        if (verbose && rates[i] != LastRates[i])
                            Console.WriteLine($"Adjusting learning rate to {rates[i]}");
                        LastRates[i] = rates[i];
                    }
                }

                /// <summary>The metric is for schedules that look at it.</summary>
                public virtual void step(double current, int? epoch = null) => step(epoch);

                protected virtual IEnumerable<double> get_lr() => Groups.Select(static g => g.LearningRate);

                /// <summary>The rates of an epoch reached by naming it.</summary>
                protected virtual IEnumerable<double> get_closed_form_lr() => get_lr();

                private protected IEnumerable<double> Scaled(double factor) => Groups.Select(g => g.LearningRate * factor);

                private protected IEnumerable<double> FromBase(Func<double, double> rate) => BaseRates.Select(rate);
            }
        }
    }
}
