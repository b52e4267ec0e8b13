namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>A header of an endpoint's answers.</summary>
internal sealed record SentHeader(string Name, string Description, IReadOnlyList<int> Statuses);
