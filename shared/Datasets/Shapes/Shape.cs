namespace RoadSeg.Datasets.Shapes;

/// <summary>One labelled region of an image as a tool wrote it.</summary>
/// <param name="Key">Its label's number, as the layout counts them.</param>
/// <param name="Order">Place in the tool's own drawing order; a higher one lies on top.</param>
/// <param name="Record">What names it in findings, such as "Annotation 7".</param>
internal abstract record Shape(int Key, int Order, string Record);
