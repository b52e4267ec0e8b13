using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>y = x W^T + b over the last dimension.</summary>
    public sealed class Linear : torch.nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = nameof(weight))]
        private Parameter? ownWeight;

        [ComponentName(Name = nameof(bias))]
        private Parameter? ownBias;

        internal Linear(long in_features, long out_features, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
        {
            this.in_features = in_features;
            this.out_features = out_features;
            weight = new Parameter(empty(out_features, in_features, dtype, device));
            torch.nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
            if (!hasBias)
                return;
            bias = new Parameter(empty(out_features, dtype, device));
            double bound = in_features > 0 ? 1 / Math.Sqrt(in_features) : 0;
            torch.nn.init.uniform_(bias, -bound, bound);
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

        public long in_features { get; set; }

        public long out_features { get; set; }

        public override Tensor forward(Tensor tensor) => torch.nn.functional.linear(tensor, weight, bias);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Linear Linear(
                long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);
        }
    }
}
