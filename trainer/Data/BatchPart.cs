namespace RoadSeg.Trainer.Data;

/// <summary>Which part of every batch a rank makes. Together the parts are the batch, without overlap, each of the same size; labelled
/// frames and photos are dealt out alike.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Count">Parts of a batch; divides its size.</param>
internal readonly record struct BatchPart(int Number, int Count)
{
    public static BatchPart Whole => new(0, 1);

    /// <summary>Places in the whole batch, labelled frames first.</summary>
    public long[] Rows(int labelled, int photos)
    {
        // What lies before this part and before the next one: of all samples, and of the labelled ones.
        var (start, end) = ((labelled + photos) / Count * Number, (labelled + photos) / Count * (Number + 1));
        var (from, to) = ((int)((long)labelled * Number / Count), (int)((long)labelled * (Number + 1) / Count));
        return [.. Range(from, to), .. Range(labelled + start - from, labelled + end - to)];

        static IEnumerable<long> Range(int first, int end) => Enumerable.Range(first, end - first).Select(row => (long)row);
    }
}
