using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Uploads;

/// <summary>What issuing an upload key needs.</summary>
internal sealed record IssueServices(
    JobStore Jobs,
    UploadKeys Sas,
    IdempotencyKeys Keys,
    CallerKeys Callers,
    KeyedAdmission Admission,
    ModelCatalogue Models,
    WebhookOptions Webhooks,
    PrivacyPolicy Policy,
    ImageLimits Limits,
    WorkOptions Options,
    TimeProvider Time
);
