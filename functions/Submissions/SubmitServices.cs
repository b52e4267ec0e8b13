using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Submissions;

/// <summary>What taking a photo in a body needs.</summary>
internal sealed record SubmitServices(
    CallerKeys Callers,
    Admission Admission,
    JobSubmission Submission,
    JobWatch Watch,
    QueueGauge Gauge,
    TimeProvider Time
);
