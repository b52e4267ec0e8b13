using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What came of a test event.</summary>
/// <param name="Delivered">True where the receiver answered 2xx.</param>
/// <param name="Status">HTTP status of its answer; null when there was none.</param>
/// <param name="Error">Why there was none, in a few words; null when there was one.</param>
/// <param name="Milliseconds">From the call to the answer, or until it was given up.</param>
/// <param name="Id">The event's webhook-id.</param>
public sealed record WebhookTestResult(bool Delivered, int? Status, string? Error, double Milliseconds, [property: JsonRequired] string Id);
