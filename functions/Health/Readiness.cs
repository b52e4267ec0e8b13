namespace RoadSeg.Functions.Health;

/// <summary>Whether this process can do its work.</summary>
/// <param name="Ready">True when every part is.</param>
/// <param name="Model">Name, version and provider of the model that serves, and why it is not the one that should; or what is wrong with
/// it.</param>
/// <param name="Storage"><c>ok</c>, or what is wrong.</param>
internal sealed record Readiness(bool Ready, string Model, string Storage);
