namespace RoadSeg.Client;

/// <summary>The members of a problem document (RFC 9457) that the client reads.</summary>
internal sealed record ProblemDocument(string? Title, string? Detail, string? Code, bool? Retryable);
