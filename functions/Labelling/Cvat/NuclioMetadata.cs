namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>Of a function.</summary>
/// <param name="Name">Its id.</param>
/// <param name="Namespace">nuclio's.</param>
/// <param name="Annotations">name, type, framework, and spec: its labels as JSON in a string.</param>
internal sealed record NuclioMetadata(string Name, string Namespace, IReadOnlyDictionary<string, string> Annotations);
