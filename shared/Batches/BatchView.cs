using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>A batch as the HTTP API shows it.</summary>
public sealed record BatchView
{
    /// <summary>The batch's id.</summary>
    public required WorkId Id { get; init; }

    /// <summary>Where it stands.</summary>
    public required BatchState State { get; init; }

    /// <summary>The caller's name for it.</summary>
    public string? Name { get; init; }

    /// <summary>What its photos are.</summary>
    public required BatchSource Source { get; init; }

    /// <summary>The model that was asked for.</summary>
    public string? Model { get; init; }

    /// <summary>Tags of its jobs.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What is not kept of its photos.</summary>
    public JobPrivacy? Privacy { get; init; }

    /// <summary>Classes to obscure in its photos, where they were named.</summary>
    public IReadOnlyList<string>? Redact { get; init; }

    /// <summary>How closely its photos are looked at; absent for normal.</summary>
    public JobDetail? Detail { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the first photo got its job.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Its photos: of a batch that is listing those found so far.</summary>
    public required int Total { get; init; }

    /// <summary>Which time its photos are tried, from 0.</summary>
    public int Round { get; init; }

    /// <summary>How many stand where, some seconds ago at most; absent while it is listing.</summary>
    public BatchCounts? Counts { get; init; }

    /// <summary>Share of the photos whose jobs have ended, 0-1.</summary>
    public required double Progress { get; init; }

    /// <summary>Seconds until its end at the pace of the last minutes; absent where that is not known.</summary>
    public double? EstimatedSeconds { get; init; }

    /// <summary>Archives that were asked for, oldest first.</summary>
    public required IReadOnlyList<BatchArchiveView> Archives { get; init; }

    /// <summary>The webhook and how its deliveries went, if one was asked for.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>The share of the photos that is notified too.</summary>
    public double? WebhookAt { get; init; }

    /// <summary>How the notice of that share went.</summary>
    public JobWebhook? WebhookOfShare { get; init; }

    /// <summary>The video that its photos are frames of, once they were taken.</summary>
    public BatchClip? Clip { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    /// <summary>Addresses by name, relative to the service.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>Address of a batch, relative to the service.</summary>
    public static string AddressOf(WorkId id) => $"/v1/batches/{id}";

    /// <summary>The view of a record.</summary>
    public static BatchView Of(BatchRecord batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var ended = batch.Counts is { } counts ? batch.Total - counts.Waiting - counts.UnderWay : 0;
        return new BatchView
        {
            Id = batch.Id,
            State = batch.State,
            Name = batch.Name,
            Source = batch.Source,
            Model = batch.Model,
            Tags = batch.Tags,
            Privacy = batch.Privacy,
            Redact = batch.Redact,
            Detail = batch.Detail,
            CreatedAt = batch.CreatedAt,
            StartedAt = batch.StartedAt,
            FinishedAt = batch.FinishedAt,
            Total = batch.Total,
            Round = batch.Round,
            Counts = batch.Counts,
            Progress =
                batch.State == BatchState.Completed ? 1
                : batch.Total == 0 ? 0
                : (double)ended / batch.Total,
            EstimatedSeconds = batch is { State: BatchState.Running, Pace.PerSecond: > 0 and var pace, Counts: not null }
                ? Math.Ceiling((batch.Total - ended) / pace)
                : null,
            Archives = [.. batch.Archives.Select(archive => BatchArchiveView.Of(batch.Id, archive, batch.Total))],
            Webhook = batch.Webhook,
            WebhookAt = batch.WebhookAt,
            WebhookOfShare = batch.WebhookOfShare,
            Clip = batch.Clip,
            Failure = batch.Failure,
            Links = LinksOf(batch),
        };
    }

    private static Dictionary<string, string> LinksOf(BatchRecord batch)
    {
        var self = AddressOf(batch.Id);
        var links = new Dictionary<string, string>
        {
            ["self"] = self,
            ["items"] = $"{self}/items",
            ["manifest"] = $"{self}/manifest",
            ["archives"] = $"{self}/archives",
        };
        if (batch.Clip is not null)
            links["timeline"] = $"{self}/timeline";
        if (batch.Clip?.Overlay is { Bytes: > 0 })
            (links["overlay"], links["poster"]) = ($"{self}/overlay", $"{self}/poster");
        return links;
    }
}
