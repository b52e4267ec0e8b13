namespace RoadSeg.Datasets.Layouts;

/// <summary>A form in which labelled data sets come: where images and masks lie, what the masks hold, which division and groups it
/// brings.</summary>
internal abstract class Layout(string name, string summary)
{
    public string Name { get; } = name;

    public string Summary { get; } = summary;

    /// <exception cref="Errors.RoadSegException">dataset-invalid: nothing lies where this layout looks, or its lists are
    /// broken.</exception>
    public abstract Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel);
}
