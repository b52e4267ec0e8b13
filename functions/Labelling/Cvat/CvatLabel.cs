namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>A label of a function.</summary>
/// <param name="Id">Class id.</param>
/// <param name="Name">Class name.</param>
/// <param name="Type">The shape that it comes as.</param>
/// <param name="Attributes">None; older versions of CVAT read them without asking.</param>
internal sealed record CvatLabel(int Id, string Name, string Type, string[] Attributes);
