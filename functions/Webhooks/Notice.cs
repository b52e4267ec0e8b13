using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>What a receiver is to be notified of.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Id">The job or batch.</param>
/// <param name="Caller">Whose it is.</param>
/// <param name="Webhook">The receiver, and how deliveries went so far.</param>
/// <param name="Since">When it happened.</param>
/// <param name="TraceParent">The span it began with, or null.</param>
/// <param name="MessageId">The same for every attempt about it.</param>
/// <param name="Body">The same bytes for every attempt about it, as far as what they tell of stays.</param>
internal sealed record Notice(
    WebhookSubject Subject,
    WorkId Id,
    string Caller,
    JobWebhook Webhook,
    DateTimeOffset Since,
    string? TraceParent,
    string MessageId,
    Func<byte[]> Body
);
