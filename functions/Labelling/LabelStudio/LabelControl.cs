namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>A tag of a labelling configuration whose labels a mask can be given as.</summary>
/// <param name="Name">Its name: <c>from_name</c> of results.</param>
/// <param name="Image">The name of the picture that it labels: <c>to_name</c>.</param>
/// <param name="IsBrush">BrushLabels; otherwise PolygonLabels.</param>
/// <param name="Labels">By the class that each stands for, whatever its case: the name that results have, its alias or else its
/// value.</param>
internal sealed record LabelControl(string Name, string Image, bool IsBrush, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The results' type, and the member that names the labels.</summary>
    public string Type => IsBrush ? "brushlabels" : "polygonlabels";
}
