using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Until it is disposed, what this thread computes is not recorded for backward.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static bool is_grad_enabled() => NativeMethods.rs_grad_mode() != 0;

    /// <summary>As <see cref="no_grad"/> and quicker; tensors made inside can never be used in a graph.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => NativeMethods.rs_inference_mode() != 0;

    private sealed class GradMode : IDisposable
    {
        private readonly bool before = is_grad_enabled();
        private bool left;

        public GradMode(bool enabled) => NativeMethods.rs_set_grad_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            if (left)
                return;
            left = true;
            NativeMethods.rs_set_grad_mode(before ? 1 : 0);
        }
    }

    private sealed class InferenceMode : IDisposable
    {
        private nint guard;

        public InferenceMode(bool enabled) => Status.Check(NativeMethods.rs_inference_mode_enter(enabled ? 1 : 0, out guard));

        public void Dispose()
        {
            if (guard == 0)
                return;
            NativeMethods.rs_inference_mode_leave(guard);
            guard = 0;
        }
    }
}
