using RoadSeg.Errors;

namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>The codes an endpoint can fail with.</summary>
internal sealed record FailureCodes(IReadOnlyList<ErrorCode> Codes);
