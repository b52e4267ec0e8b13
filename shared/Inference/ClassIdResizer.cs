using System.Numerics;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Inference;

/// <summary>From a small map of class ids to a large one: nearest cell (half-pixel centres, <c>floor((i + 0.5) * in / out)</c>).</summary>
internal static class ClassIdResizer
{
    /// <remarks>Cells have shape [height, width]; ids must be 0..classes-1, in floats too.</remarks>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: an id outside the catalogue, or no whole number.</exception>
    public static ClassMap Resize<T>(ReadOnlySpan<T> cells, int classes, int height, int width, int outputWidth, int outputHeight)
        where T : unmanaged, INumberBase<T>
    {
        var small = new byte[cells.Length];
        for (var i = 0; i < cells.Length; i++)
        {
            var id = long.CreateSaturating(cells[i]);
            if (T.CreateSaturating(id) != cells[i])
            {
                throw new RoadSegException(
                    ErrorCodes.ModelInvalid,
                    $"The model gave class id {cells[i]}, which is no whole number. If its output holds scores, its manifest must name "
                        + "their kind."
                );
            }

            if (id < 0 || id >= classes)
            {
                throw new RoadSegException(
                    ErrorCodes.ModelInvalid,
                    $"The model gave class id {id}, but its catalogue has ids 0-{classes - 1}. Correct the labels of its manifest."
                );
            }

            small[i] = (byte)id;
        }

        var columns = NearestCell.Line(width, outputWidth);
        var ids = GC.AllocateUninitializedArray<byte>(ClassMap.PixelCount(outputWidth, outputHeight));
        var totals = new PixelTotals(classes);
        for (var y = 0; y < outputHeight; y++)
        {
            var source = small.AsSpan(NearestCell.Of(y, height, outputHeight) * width, width);
            var row = ids.AsSpan(y * outputWidth, outputWidth);
            for (var x = 0; x < row.Length; x++)
                row[x] = source[columns[x]];
            totals.AddRow(row, []);
        }

        return new ClassMap(outputWidth, outputHeight, ids, null, totals);
    }
}
