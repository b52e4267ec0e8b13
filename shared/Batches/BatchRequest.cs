using RoadSeg.Jobs;

namespace RoadSeg.Batches;

/// <summary>What a batch is asked for with: the body of <c>POST /v1/batches</c>, and of <c>batch.json</c> beside dropped photos. One of
/// prefix, names, of and clip says what its photos are; beside dropped photos none need.</summary>
/// <param name="Name">The caller's name for it, at most 255 characters.</param>
/// <param name="Prefix">The photos of container <c>batches</c> whose names begin so.</param>
/// <param name="Names">Names of photos in container <c>batches</c>; beside <c>batch.json</c> within its folder.</param>
/// <param name="Of">The caller's jobs that have all of these tags.</param>
/// <param name="Model">The model of its jobs.</param>
/// <param name="Tags">Tags of its jobs.</param>
/// <param name="Privacy">What is not to be kept of its photos.</param>
/// <param name="Webhook">Whom to notify of its end.</param>
/// <param name="WebhookAt">A share of its photos, above 0 and below 1, that is notified too.</param>
/// <param name="Redact">Classes to obscure in its photos.</param>
/// <param name="Detail">How closely to look at its photos.</param>
/// <param name="Clip">A video whose frames they are.</param>
public sealed record BatchRequest(
    string? Name = null,
    string? Prefix = null,
    IReadOnlyList<string>? Names = null,
    IReadOnlyDictionary<string, string>? Of = null,
    string? Model = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    JobPrivacy? Privacy = null,
    string? Webhook = null,
    double? WebhookAt = null,
    IReadOnlyList<string>? Redact = null,
    JobDetail? Detail = null,
    ClipRequest? Clip = null
);
