using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>What normalisations over a batch share: the affine part, and averages of mean and variance kept while training.</summary>
    public abstract class NormBase : torch.nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(weight))]
        private Parameter? ownWeight;

        [ComponentName(Name = nameof(bias))]
        private Parameter? ownBias;

        [ComponentName(Name = nameof(running_mean))]
        private Tensor? mean;

        [ComponentName(Name = nameof(running_var))]
        private Tensor? variance;

        [ComponentName(Name = nameof(num_batches_tracked))]
        private Tensor? batches;

        public NormBase(
            long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype,
            string name)
            : base(name)
        {
            this.num_features = num_features;
            this.eps = eps;
            this.momentum = momentum;
            this.affine = affine;
            this.track_running_stats = track_running_stats;
            if (affine)
            {
                weight = new Parameter(ones(num_features, dtype, device));
                bias = new Parameter(zeros(num_features, dtype, device));
            }

            if (track_running_stats)
            {
                running_mean = zeros(num_features, dtype, device);
                running_var = ones(num_features, dtype, device);
                num_batches_tracked = tensor(0L, ScalarType.Int64, device);
            }
        }

        public Parameter weight
        {
            get => ownWeight!;
            set => Slots.Set(ref ownWeight, value, p => ConditionallyRegisterParameter(nameof(weight), p));
        }

        public Parameter? bias
        {
            get => ownBias;
            set => Slots.Set(ref ownBias, value, p => ConditionallyRegisterParameter(nameof(bias), p));
        }

        public Tensor? running_mean
        {
            get => mean;
            set => Slots.Set(ref mean, value, t => ConditionallyRegisterBuffer(nameof(running_mean), t));
        }

        public Tensor? running_var
        {
            get => variance;
            set => Slots.Set(ref variance, value, t => ConditionallyRegisterBuffer(nameof(running_var), t));
        }

        public Tensor? num_batches_tracked
        {
            get => batches;
            set => Slots.Set(ref batches, value, t => ConditionallyRegisterBuffer(nameof(num_batches_tracked), t));
        }

        public long num_features { get; private set; }

        public double eps { get; set; }

        /// <summary>The weight of the newest batch in the running averages; null weighs all batches alike.</summary>
        public double? momentum { get; set; }

        public bool affine { get; private set; }

        public bool track_running_stats { get; private set; }

        public void reset_running_stats()
        {
            if (!track_running_stats)
                return;
            running_mean!.zero_();
            running_var!.fill_(1);
            num_batches_tracked!.zero_();
        }

        public void reset_parameters()
        {
            reset_running_stats();
            if (!affine)
                return;
            torch.nn.init.ones_(weight);
            torch.nn.init.zeros_(bias!);
        }

        protected abstract void ValidateInputDimensions(Tensor input);
    }

    public abstract class BatchNorm : NormBase
    {
        public BatchNorm(
            long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype,
            string name)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
        {
        }

        public override Tensor forward(Tensor input)
        {
            ValidateInputDimensions(input);
            double factor = momentum ?? 0;
            if (training && num_batches_tracked is { } count)
            {
                count.add_(1);
                factor = momentum ?? 1.0 / count.item<long>();
            }

            bool batchStatistics = training || (running_mean is null && running_var is null);
            bool pass = !training || track_running_stats;
            return torch.nn.functional.batch_norm(
                input, pass ? running_mean : null, pass ? running_var : null, affine ? weight : null, bias, batchStatistics, factor, eps);
        }
    }

    /// <summary>Batch normalisation of [N, C, H, W] over N, H and W.</summary>
    public sealed class BatchNorm2d : BatchNorm
    {
        internal BatchNorm2d(
            long num_features, double eps, double momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype)
            : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, nameof(BatchNorm2d))
        {
        }

        protected override void ValidateInputDimensions(Tensor input)
        {
            if (input.ndim != 4)
                throw new ArgumentException($"expected 4D input, but got {input.ndim}D input.");
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.BatchNorm2d BatchNorm2d(
                long num_features, double eps = 1E-05, double momentum = 0.1, bool affine = true, bool track_running_stats = true,
                Device? device = null, ScalarType? dtype = null) =>
                new(num_features, eps, momentum, affine, track_running_stats, device, dtype);
        }
    }
}
