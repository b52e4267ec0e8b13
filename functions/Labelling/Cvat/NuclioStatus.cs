namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>Of a function.</summary>
/// <param name="State">nuclio's word; older versions of CVAT read it.</param>
internal sealed record NuclioStatus(string State);
