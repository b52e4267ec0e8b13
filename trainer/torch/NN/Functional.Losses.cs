using RoadSeg.Torch.Interop;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static partial class functional
            {
                /// <summary>
                /// Softmax cross-entropy of logits [N, C, ...] against class ids [N, ...] (int64), or against probabilities of the logits'
                /// shape. Pixels of <paramref name="ignore_index"/> count neither in the sum nor in the mean.
                /// </summary>
                public static Tensor cross_entropy(
                    Tensor input,
                    Tensor target,
                    Tensor? weight = null,
                    long ignore_index = -100,
                    Reduction reduction = Reduction.Mean,
                    double label_smoothing = 0) =>
                    Aten.cross_entropy_loss.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);

                public static Tensor nll_loss(
                    Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                    Aten.nll_loss_nd.Call(input, target, weight, (long)reduction);

                public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                    Aten.mse_loss.Call(input, target, (long)reduction);

                public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                    Aten.l1_loss.Call(input, target, (long)reduction);

                public static Tensor binary_cross_entropy_with_logits(
                    Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                    Aten.binary_cross_entropy_with_logits.Call(input, target, weight, pos_weights, (long)reduction);
            }

            public static Modules.CrossEntropyLoss CrossEntropyLoss(
                Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean) =>
                new(weight, ignore_index, reduction);
        }
    }

    public abstract class Loss<T1, T2, TResult> : torch.nn.Module<T1, T2, TResult>
    {
        public Loss(torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base("Loss") => this.reduction = reduction;

        public torch.nn.Reduction reduction { get; }
    }

    public abstract class WeightedLoss<T1, T2, TResult> : Loss<T1, T2, TResult>
    {
        public WeightedLoss(torch.Tensor? weight = null, torch.nn.Reduction reduction = torch.nn.Reduction.Mean) : base(reduction) =>
            this.weight = weight;

        public torch.Tensor? weight { get; }

        protected override void RegisterComponents()
        {
        }
    }
}

namespace TorchSharp.Modules
{
    public sealed class CrossEntropyLoss : WeightedLoss<torch.Tensor, torch.Tensor, torch.Tensor>
    {
        public CrossEntropyLoss(
            torch.Tensor? weight = null,
            long? ignore_index = null,
            torch.nn.Reduction reduction = torch.nn.Reduction.Mean,
            double label_smoothing = 0)
            : base(weight, reduction)
        {
            this.ignore_index = ignore_index;
            this.label_smoothing = label_smoothing;
        }

        public long? ignore_index { get; }

        public double label_smoothing { get; }

        public override torch.Tensor forward(torch.Tensor input, torch.Tensor target) => torch.nn.functional.cross_entropy(
            input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
    }
}
