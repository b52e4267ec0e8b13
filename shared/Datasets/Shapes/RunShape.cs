namespace RoadSeg.Datasets.Shapes;

/// <summary>Run lengths over a box of pixels: outside, inside, outside and so on in turn; together the pixels of the box.</summary>
/// <param name="Key">See <see cref="Shape"/>.</param>
/// <param name="Order">See <see cref="Shape"/>.</param>
/// <param name="Record">See <see cref="Shape"/>.</param>
/// <param name="Left">First column of the box.</param>
/// <param name="Top">First row of the box.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="OfPicture">True: the box is the whole picture, and a picture of another size is not what they were made of.</param>
/// <param name="ByColumn">True: down the columns, as COCO counts; false: along the rows.</param>
/// <param name="Counts">Not negative.</param>
internal sealed record RunShape(
    int Key,
    int Order,
    string Record,
    int Left,
    int Top,
    int Width,
    int Height,
    bool OfPicture,
    bool ByColumn,
    IReadOnlyList<int> Counts
) : Shape(Key, Order, Record);
