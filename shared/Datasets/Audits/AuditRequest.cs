using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Audits;

/// <summary>What a client asks an audit for.</summary>
/// <param name="Model">The model that audits: <c>name</c> or <c>name@version</c>; left out: the one that serves.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AuditRequest(string? Model = null);
