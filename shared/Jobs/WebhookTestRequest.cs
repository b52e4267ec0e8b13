using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>Whom to send a test event.</summary>
/// <param name="Url">The receiver: an https address, as a submission names it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record WebhookTestRequest([property: JsonRequired] string Url);
