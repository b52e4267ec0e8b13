using RoadSeg.Datasets.Audits;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Models;

namespace RoadSeg.Functions.Audits;

/// <summary>What asking for an audit takes.</summary>
internal sealed record AuditServices(
    CallerKeys Callers,
    Operators Operators,
    ModelCatalogue Models,
    VersionFiles Versions,
    AuditStore Store,
    TimeProvider Time,
    ILogger<AuditStore> Log
);
