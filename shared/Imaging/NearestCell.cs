namespace RoadSeg.Imaging;

/// <summary>Resizing of ids, which no mean can be made of: each place takes the cell at its middle.</summary>
public static class NearestCell
{
    /// <summary>Half-pixel centres: <c>floor((i + 0.5) * from / to)</c>, in whole numbers.</summary>
    /// <param name="index">Place in the new row or column, 0 to <paramref name="to"/> - 1.</param>
    /// <param name="from">Cells of the old row or column.</param>
    /// <param name="to">Cells of the new one.</param>
    public static int Of(int index, int from, int to) => (int)(((2L * index) + 1) * from / (2L * to));

    /// <summary>The same for a whole row or column.</summary>
    public static int[] Line(int from, int to)
    {
        var cells = new int[to];
        for (var i = 0; i < to; i++)
            cells[i] = Of(i, from, to);
        return cells;
    }
}
