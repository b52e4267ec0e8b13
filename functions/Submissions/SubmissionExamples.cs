using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Submissions;

/// <summary>The example of an estimate in the OpenAPI document.</summary>
internal static class SubmissionExamples
{
    private static readonly JobEstimate Estimate = new(
        4032,
        3024,
        JobDetail.High,
        new ModelPin("camvid-mnv2", "20260301T120000Z-c4eaab0f1d2e"),
        10,
        9,
        new JobInput(1600, 1200)
    );

    public static JsonNode? Of(string operation, string status) =>
        (operation, status) == ("estimateJob", "200") ? JsonSerializer.SerializeToNode(Estimate, JobJson.Default.JobEstimate) : null;
}
