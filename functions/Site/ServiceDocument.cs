namespace RoadSeg.Functions.Site;

/// <summary>What this service is and where its parts are.</summary>
internal sealed record ServiceDocument(string Service, string Version, IReadOnlyDictionary<string, string> Links);
