namespace RoadSeg.Datasets.Audits;

/// <summary>What a model disputes of one photo's labels.</summary>
/// <param name="Seen">The model's classes as ids of the data set [height, width]; 255 where it says none of them.</param>
/// <param name="Labelled">Pixels whose label the model could say.</param>
/// <param name="Disputed">Those of them where it says another class, by label and by what it says.</param>
/// <param name="Regions">Connected regions of these, the worst first.</param>
public sealed record AuditedPhoto(
    byte[] Seen,
    long Labelled,
    IReadOnlyDictionary<(byte Label, byte Seen), long> Disputed,
    IReadOnlyList<FoundRegion> Regions
);
