using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// An n-dimensional array of one element type on one device, as torch.Tensor of PyTorch. It lives until it is disposed, by hand
    /// or with the dispose scope it was made in; the garbage collector frees what was forgotten, late.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        private TensorHandle? handle;

        internal Tensor(TensorHandle handle, bool register = true)
        {
            this.handle = handle;
            if (register)
                OwningDisposeScope = DisposeScopeManager.ThreadSingleton.RegisterOnCurrentDisposeScope(this);
        }

        /// <summary>Wraps a reference that the caller owned until now.</summary>
        internal static Tensor Own(nint reference) => new(new TensorHandle(reference));

        internal DisposeScope? OwningDisposeScope { get; set; }

        internal TensorHandle SafeHandle => handle ?? throw new InvalidOperationException("Tensor invalid -- empty handle.");

        /// <summary>The native tensor, the same for every wrapper of it; still owned by this object.</summary>
        public nint Handle => SafeHandle.DangerousGetHandle();

        public bool IsInvalid => handle is null;

        public string? name { get; set; }

        /// <summary>References to native tensors that are alive in this process.</summary>
        public static long TotalCount => NativeMethods.rs_live_tensors();

        /// <summary>Gives this object's reference away: to a <see cref="Modules.Parameter"/>.</summary>
        internal TensorHandle MoveHandle()
        {
            TensorHandle moved = SafeHandle;
            handle = null;
            return moved;
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (handle is null)
                return;
            DisposeScopeManager.ThreadSingleton.DisposingOnCurrentScope(this);
            OwningDisposeScope?.MarkAsDisposed(this);
            handle.Dispose();
            handle = null;
        }

        /// <summary>Keeps the tensor alive past the scope it is in, until the scope around that one ends.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope);

        public Tensor MoveToOtherDisposeScope(DisposeScope? other)
        {
            if (OwningDisposeScope is null && other is not null)
                other.Attach(this);
            else
                OwningDisposeScope?.MoveToOther(other, this);
            return this;
        }

        /// <summary>Takes the tensor out of every scope: from here on the caller disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>True when both have the same shape and the same elements.</summary>
        public bool Equals(Tensor target) =>
            ReferenceEquals(this, target) || (target is not null && Aten.equal.CallBool(this, target));

        public override int GetHashCode() => base.GetHashCode();

        private Tensor InPlace(Operator op, params ReadOnlySpan<Arg> args)
        {
            op.Run(args);
            return this;
        }
    }
}
