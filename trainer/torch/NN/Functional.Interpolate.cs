using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary>
            /// Resizes [N, C, H, W] to <paramref name="size"/> or by <paramref name="scale_factor"/> (one of the two; one factor stands
            /// for both directions). Linear and cubic modes take align_corners=false where it is not given, as PyTorch.
            /// </summary>
            /// <exception cref="ArgumentException">Both or none of size and scale_factor, or align_corners for a mode without it.</exception>
            /// <exception cref="NotSupportedException">A mode for other than two spatial dimensions.</exception>
            public static Tensor interpolate(
                Tensor x,
                long[]? size = null,
                double[]? scale_factor = null,
                InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null,
                bool recompute_scale_factor = false,
                bool antialias = false)
            {
                long[] shape = x.shape;
                if (shape.Length != 4)
                    throw new NotSupportedException($"interpolate takes [N, C, H, W], got {shape.Length} dimensions.");
                if ((size is null) == (scale_factor is null))
                    throw new ArgumentException("interpolate takes either size or scale_factor.");
                bool corners = mode is InterpolationMode.Bilinear or InterpolationMode.Bicubic;
                if (align_corners is not null && !corners)
                    throw new ArgumentException($"align_corners goes with bilinear and bicubic only, not with {mode}.");

                long[]? target = Two(size);
                double[]? factors = Two(scale_factor);
                if (recompute_scale_factor || mode == InterpolationMode.Area)
                {
                    target ??= [(long)Math.Floor(shape[2] * factors![0]), (long)Math.Floor(shape[3] * factors[1])];
                    factors = null;
                }

                bool align = align_corners ?? false;
                return (mode, antialias) switch
                {
                    (InterpolationMode.Nearest, false) => Aten.upsample_nearest2d.Call(x, target, factors),
                    (InterpolationMode.NearestExact, false) => Aten.upsample_nearest_exact2d.Call(x, target, factors),
                    (InterpolationMode.Bilinear, false) => Aten.upsample_bilinear2d.Call(x, target, align, factors),
                    (InterpolationMode.Bicubic, false) => Aten.upsample_bicubic2d.Call(x, target, align, factors),
                    (InterpolationMode.Bilinear, true) => Aten.upsample_bilinear2d_aa.Call(x, target, align, factors),
                    (InterpolationMode.Bicubic, true) => Aten.upsample_bicubic2d_aa.Call(x, target, align, factors),
                    (InterpolationMode.Area, false) => adaptive_avg_pool2d(x, target!),
                    _ => throw new NotSupportedException($"{mode}{(antialias ? " with antialias" : "")} does not resize [N, C, H, W]."),
                };
            }

            private static T[]? Two<T>(T[]? values) => values?.Length == 1 ? [values[0], values[0]] : values;
        }
    }
}
