using RoadSeg.Labels;

namespace RoadSeg.Datasets.Exports;

/// <summary>What is exported, apart from its photos.</summary>
/// <param name="Name">Name of the set: the folder that it is unpacked into, where a tool's file says addresses.</param>
/// <param name="Version">Curated version; empty for photos of jobs.</param>
/// <param name="Labels">Classes; 255 is unlabelled.</param>
/// <param name="Origin">Licence and origin; empty where nobody said.</param>
public sealed record ExportedSet(string Name, string Version, LabelCatalogue Labels, string Origin);
