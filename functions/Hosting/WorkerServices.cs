using RoadSeg.Functions.Audits;
using RoadSeg.Functions.Batches;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Http;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Labelling;
using RoadSeg.Functions.Labelling.LabelStudio;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Privacy;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Review;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Hosting;

internal static class WorkerServices
{
    /// <summary>Everything that the functions of this process are made of, by resource and stage.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be used; the message says which and what to write.</exception>
    public static void AddRoadSeg(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddStorage(settings);
        services.AddUploads(settings);
        services.AddPrivacy(settings);
        services.AddJobs(settings);
        services.AddSubmissions();
        services.AddModels(settings);
        services.AddSegmentation();
        services.AddResults();
        services.AddReview();
        services.AddClips(settings);
        services.AddBatches(settings);
        services.AddDatasets(settings);
        services.AddAudits();
        services.AddTrainings();
        services.AddWebhooks(settings);
        services.AddLabelling(settings);
        services.AddLabelStudio(settings);
        services.AddHttp(settings);
    }
}
