namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>The body an endpoint reads by itself.</summary>
internal sealed record TakenBody(Type Type, bool Required, IReadOnlyList<string> ContentTypes);
