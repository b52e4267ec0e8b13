using RoadSeg.Torch;
using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => Describe().RequiresGrad;
            set => Status.Check(NativeMethods.rs_tensor_set_requires_grad(SafeHandle, value ? 1 : 0));
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public bool is_leaf => Describe().IsLeaf;

        /// <summary>A new wrapper of the gradient, for the caller to dispose; null when none has been computed.</summary>
        public Tensor? grad
        {
            get
            {
                Status.Check(NativeMethods.rs_tensor_grad(SafeHandle, out nint gradient));
                return gradient == 0 ? null : Own(gradient);
            }

            set
            {
                Status.Check(NativeMethods.rs_tensor_set_grad(SafeHandle, value is null ? 0 : value.Handle));
                GC.KeepAlive(value);
            }
        }

        public void retain_grad() => Status.Check(NativeMethods.rs_tensor_retain_grad(SafeHandle));

        /// <summary>Adds the gradients of this scalar to the grad of every leaf it was computed from, and frees the graph.</summary>
        public void backward() => autograd.backward([this]);

        public void backward(
            IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The same elements, cut off from the graph.</summary>
        public Tensor detach() => Aten.detach.Call(this);

        public Tensor detach_() => InPlace(Aten.detach_, this);

        /// <summary>A second wrapper of the same tensor.</summary>
        public Tensor alias()
        {
            Status.Check(NativeMethods.rs_tensor_alias(SafeHandle, out nint second));
            return Own(second);
        }

        /// <summary>Takes the elements, type and device of <paramref name="source"/>; wrappers, grad flag and identity stay.</summary>
        internal void SetData(Tensor source) => Status.Check(NativeMethods.rs_tensor_set_data(SafeHandle, source.SafeHandle));
    }

    public static partial class autograd
    {
        public static void backward(
            IList<Tensor> tensors,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            using var roots = new TensorList(tensors);
            using var grads = new TensorList(grad_tensors);
            using var leaves = new TensorList(inputs);
            unsafe
            {
                fixed (nint* r = roots.Items, g = grads.Items, i = leaves.Items)
                {
                    long began = NativeTime.Begin();
                    nint status = NativeMethods.rs_backward(
                        r, grads.Count == 0 ? null : g, roots.Count, i, leaves.Count,
                        (retain_graph ?? create_graph) ? 1 : 0, create_graph ? 1 : 0);
                    NativeTime.End(began);
                    Status.Check(status);
                }
            }
        }

        public static void backward(
            Tensor tensor,
            IList<Tensor>? grad_tensors = null,
            bool? retain_graph = null,
            bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        /// <summary>The gradients of <paramref name="outputs"/> with respect to <paramref name="inputs"/>; no grad is changed.</summary>
        public static IList<Tensor> grad(
            IList<Tensor> outputs,
            IList<Tensor> inputs,
            IList<Tensor>? grad_outputs = null,
            bool retain_graph = false,
            bool create_graph = false,
            bool allow_unused = false)
        {
            using var roots = new TensorList(outputs);
            using var grads = new TensorList(grad_outputs);
            using var leaves = new TensorList(inputs);
            var results = new nint[Math.Max(inputs.Count, 1)];
            unsafe
            {
                fixed (nint* o = roots.Items, g = grads.Items, i = leaves.Items, r = results)
                {
                    Status.Check(NativeMethods.rs_grad(
                        o, grads.Count == 0 ? null : g, roots.Count, i, leaves.Count,
                        retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0, r));
                }
            }

            // An input that was not used has no gradient: null, as in PyTorch.
            return [.. results.AsSpan(0, inputs.Count).ToArray().Select(static r => r == 0 ? null! : Tensor.Own(r))];
        }
    }

    /// <summary>Native references to a list of tensors, counted up until disposal.</summary>
    private sealed class TensorList : IDisposable
    {
        private readonly Tensor[] tensors;
        private int held;

        public TensorList(IList<Tensor>? list)
        {
            tensors = list is null ? [] : [.. list];
            Items = new nint[Math.Max(tensors.Length, 1)];
            for (; held < tensors.Length; held++)
            {
                bool added = false;
                tensors[held].SafeHandle.DangerousAddRef(ref added);
                Items[held] = tensors[held].Handle;
            }
        }

        public nint[] Items { get; }

        public int Count => tensors.Length;

        public void Dispose()
        {
            while (held > 0)
                tensors[--held].SafeHandle.DangerousRelease();
        }
    }
}
