using System.Runtime.Intrinsics;

namespace RoadSeg.Inference;

/// <summary>Where each output position of one axis lies between two source cells: bilinear, half-pixel centres
/// (<c>source = (i + 0.5) * in / out - 0.5</c>), edges clamped. The same rule as ONNX Resize "half_pixel" and PyTorch's
/// <c>interpolate(mode="bilinear", align_corners=False)</c>.</summary>
internal sealed class ResampleAxis
{
    /// <summary>Output positions handled together.</summary>
    public const int Block = 8;

    public ResampleAxis(int source, int output)
    {
        Blocks = (output + Block - 1) / Block;
        Index = new int[Blocks * Block];
        Weight = new float[Blocks * Block];
        for (var i = 0; i < Index.Length; i++)
        {
            var position = Math.Clamp((Math.Min(i, output - 1) + 0.5) * source / output - 0.5, 0, source - 1);
            Index[i] = (int)position;
            Weight[i] = (float)(position - Index[i]);
        }

        FitsLanes = true;
        for (var first = 0; first < Index.Length; first += Block)
            FitsLanes &= Index[first + Block - 1] - Index[first] < Block;
        Lanes = new int[FitsLanes ? Index.Length : 0];
        for (var i = 0; i < Lanes.Length; i++)
            Lanes[i] = Index[i] - Index[i / Block * Block];
    }

    /// <summary>Blocks along the axis; the tables are padded to whole blocks by repeating the last position.</summary>
    public int Blocks { get; }

    /// <summary>The cell at or before each position, 0..source-1. Its partner is the next one (the last cell is its own).</summary>
    public int[] Index { get; }

    /// <summary>Weight of the partner, 0-1.</summary>
    public float[] Weight { get; }

    /// <summary>True when every block's cells lie within <see cref="Block"/> neighbours, as they always do when enlarging.</summary>
    public bool FitsLanes { get; }

    /// <summary><see cref="Index"/> relative to the first of the block; empty unless <see cref="FitsLanes"/>.</summary>
    public int[] Lanes { get; }

    /// <summary>Relative indexes of a block, as shuffle control.</summary>
    public Vector256<int> LanesOf(int block) => Vector256.LoadUnsafe(ref Lanes[block * Block]);

    /// <summary>Partner weights of a block.</summary>
    public Vector256<float> WeightsOf(int block) => Vector256.LoadUnsafe(ref Weight[block * Block]);
}
