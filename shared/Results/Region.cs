namespace RoadSeg.Results;

/// <summary>A connected region while it is measured.</summary>
internal sealed class Region(int index, byte id, int firstColumn, int firstRow)
{
    private int _left = firstColumn;
    private int _right;
    private int _bottom;

    public int Index => index;

    public byte Id => id;

    public long Area { get; private set; }

    public int[] Bbox => [_left, firstRow, _right - _left, _bottom + 1 - firstRow];

    public void Add(int start, int end, int row)
    {
        Area += end - start;
        _left = Math.Min(_left, start);
        _right = Math.Max(_right, end);
        _bottom = row;
    }
}
