using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What a webhook is about.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WebhookSubject>))]
public enum WebhookSubject
{
    /// <summary>The end of a job.</summary>
    [JsonStringEnumMemberName("job")]
    Job,

    /// <summary>The end of a batch.</summary>
    [JsonStringEnumMemberName("batch")]
    Batch,

    /// <summary>That a share of a batch's photos has ended.</summary>
    [JsonStringEnumMemberName("batch-share")]
    BatchShare,
}
