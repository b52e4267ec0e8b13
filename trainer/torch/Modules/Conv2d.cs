using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Cross-correlation of [N, C, H, W] (or [C, H, W]) with learned kernels.</summary>
    public sealed class Conv2d : Convolution
    {
        internal Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long) stride, (long, long)? padding, Padding? padding_type,
            (long, long) dilation, PaddingModes padding_mode, long groups, bool bias, Device? device, ScalarType? dtype)
            : base(
                nameof(Conv2d), in_channels, out_channels, [kernel_size.Item1, kernel_size.Item2], [stride.Item1, stride.Item2],
                padding is (long h, long w) ? [h, w] : null, padding_type, [dilation.Item1, dilation.Item2], groups, bias, padding_mode,
                device, dtype)
        {
        }

        public override Tensor forward(Tensor input)
        {
            if (padding_type is Padding type)
            {
                if (padding_mode != PaddingModes.Zeros)
                    throw new NotSupportedException("padding by name goes with zeros only.");
                return RoadSeg.Torch.Interop.Aten.conv2d_padding.Call(
                    input, weight, bias, stride, type == Padding.Same ? "same" : "valid", dilation, groups);
            }

            if (padding_mode == PaddingModes.Zeros)
                return torch.nn.functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
            using Tensor padded = torch.nn.functional.pad(input, [padding![1], padding[1], padding[0], padding[0]], padding_mode);
            return torch.nn.functional.conv2d(padded, weight, bias, stride, null, dilation, groups);
        }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), null,
                    (dilation, dilation), padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(
                long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                Device? device = null, ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, kernel_size, stride ?? (1, 1), padding ?? (0, 0), null, dilation ?? (1, 1),
                    padding_mode, groups, bias, device, dtype);

            public static Modules.Conv2d Conv2d(
                long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
                ScalarType? dtype = null) =>
                new(
                    in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), null, padding, (dilation, dilation),
                    padding_mode, groups, bias, device, dtype);
        }
    }
}
