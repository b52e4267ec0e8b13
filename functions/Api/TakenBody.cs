namespace RoadSeg.Functions.Api;

/// <summary>The body an endpoint reads by itself.</summary>
internal sealed record TakenBody(Type Type, bool Required, IReadOnlyList<string> ContentTypes);
