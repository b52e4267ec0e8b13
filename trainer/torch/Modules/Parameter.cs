using RoadSeg.Torch.Interop;

namespace TorchSharp.Modules
{
    /// <summary>A tensor that a module learns: a leaf of the graph, registered under its name.</summary>
    public class Parameter : torch.Tensor
    {
        /// <summary>Takes the tensor over, which becomes empty.</summary>
        public Parameter(torch.Tensor data, bool requires_grad = true)
            : base(data.with_requires_grad(requires_grad).MoveHandle(), register: false) => DisposeScope.Replace(data, this);

        internal Parameter(TensorHandle handle) : base(handle)
        {
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}
