namespace RoadSeg.Inference;

/// <summary>How much each tile counts along one side, cell by cell: a raised cosine that falls to nothing at the borders inside of the
/// picture, divided by the sum over the tiles, so that at every cell the weights sum to 1. The weight of a tile of the grid at a cell is
/// the product of its weights along both sides.</summary>
internal sealed class TileWindow
{
    private readonly float[][] weights;

    /// <param name="side">Cells of the picture along the side.</param>
    /// <param name="tile">Cells of a tile along it.</param>
    /// <param name="starts">Where each tile begins: ascending, the first at 0, the last ending with the picture, without gaps.</param>
    public TileWindow(int side, int tile, int[] starts)
    {
        Starts = starts;
        var sum = new double[side];
        var raw = new double[starts.Length][];
        for (var i = 0; i < starts.Length; i++)
        {
            // The ramp is as long as what the neighbour covers again: beyond it a tile is alone and counts in full.
            var before = i == 0 ? 0 : starts[i - 1] + tile - starts[i];
            var after = i == starts.Length - 1 ? 0 : starts[i] + tile - starts[i + 1];
            raw[i] = [.. Enumerable.Range(0, tile).Select(cell => Rise(cell + 0.5, before) * Rise(tile - cell - 0.5, after))];
            for (var cell = 0; cell < tile; cell++)
                sum[starts[i] + cell] += raw[i][cell];
        }

        weights = [.. raw.Select((window, i) => window.Select((weight, cell) => (float)(weight / sum[starts[i] + cell])).ToArray())];
    }

    /// <summary>Where each tile begins, in cells.</summary>
    public IReadOnlyList<int> Starts { get; }

    /// <summary>Weights of a tile, by its cells.</summary>
    public ReadOnlySpan<float> Of(int tile) => weights[tile];

    private static double Rise(double distance, int ramp) => distance >= ramp ? 1 : 0.5 - (0.5 * Math.Cos(Math.PI * distance / ramp));
}
