using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets.Audits;

/// <summary>A message of the dataset-audits queue. Everything else stands in the record.</summary>
/// <param name="Dataset">Name of the set.</param>
/// <param name="Version">The version.</param>
/// <param name="Run">Which time it was asked for: a message about an earlier one changes nothing.</param>
/// <param name="SentAt">When it was sent.</param>
public sealed record AuditMessage(
    [property: JsonRequired] string Dataset,
    [property: JsonRequired] string Version,
    [property: JsonRequired] WorkId Run,
    DateTimeOffset SentAt
);
