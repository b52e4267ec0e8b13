using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The body of a webhook: the payload of <see href="https://www.standardwebhooks.com">Standard Webhooks</see>. Every attempt about
/// a job sends the same bytes.</summary>
/// <param name="Type">job.succeeded, job.failed, job.canceled or job.expired.</param>
/// <param name="Timestamp">When the job ended.</param>
/// <param name="Data">The job, without its webhook.</param>
public sealed record WebhookEvent([property: JsonRequired] string Type, DateTimeOffset Timestamp, [property: JsonRequired] JobView Data)
{
    /// <summary>The event of a job that has ended, as it was then: what a person made of its mask later is not in it.</summary>
    /// <exception cref="ArgumentException">The job has not ended.</exception>
    public static WebhookEvent Of(JobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var type = job.State switch
        {
            JobState.Succeeded => "job.succeeded",
            JobState.Failed => "job.failed",
            JobState.Canceled => "job.canceled",
            JobState.Expired => "job.expired",
            _ => throw new ArgumentException($"Job {job.Id} is {job.State} and has not ended.", nameof(job)),
        };
        return new WebhookEvent(
            type,
            job.Times.FinishedAt ?? job.Times.CreatedAt,
            JobView.Of(job with { Review = null }) with
            {
                Webhook = null,
            }
        );
    }
}
