using RoadSeg.Functions.Api;
using RoadSeg.Functions.Audits;
using RoadSeg.Functions.Batches;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Health;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Labelling.Cvat;
using RoadSeg.Functions.Labelling.LabelStudio;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Review;
using RoadSeg.Functions.Site;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Http;

/// <summary>The HTTP API as an ASP.NET Core pipeline of its own. The worker's pipeline is fixed and ends at a function; the HTTP
/// functions hand what came to this one, which knows the routes.</summary>
internal sealed class HttpPipeline
{
    private readonly RequestDelegate _pipeline;
    private readonly ILogger _log;

    /// <summary>Maps the endpoints. They join the application's list of endpoints, from which the OpenAPI document is made.</summary>
    public HttpPipeline(IServiceProvider services, AllowedOrigins origins, ILogger<HttpPipeline> log)
    {
        _log = log;
        var app = new ApplicationBuilder(services);
        origins.Use(app);
        app.UseCompression();
        app.UseRouting();
        app.UseRequestSpans();
        app.UseProblems();
        app.UseKnownQuery();
        app.UseEndpoints(Map);
        _pipeline = app.Build();
    }

    /// <summary>Answers a request, whatever becomes of it. An answer that breaks off when it has begun ends with its connection: the
    /// function's caller would otherwise take it for whole.</summary>
    public async Task RunAsync(HttpContext context)
    {
        // What the worker's own routing found is the function, and routing looks no further where something was found.
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();

        // When the answer begins: what turns a failure into a problem clears all headers first.
        context.Response.OnStarting(
            static response =>
            {
                ((HttpResponse)response).Headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            },
            context.Response
        );
        try
        {
            await _pipeline(context);
        }
#pragma warning disable CA1031 // The boundary of a request: what can still be answered was answered inside.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (context.RequestAborted.IsCancellationRequested)
                Log.CallerLeft(_log, e);
            else
                Log.RequestFailed(_log, e);
            if (context.Response.HasStarted)
                context.Abort();
            else
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapUploads();
        endpoints.MapSubmissions();
        endpoints.MapJobs();
        endpoints.MapClips();
        endpoints.MapBatches();
        endpoints.MapWebhooks();
        endpoints.MapModels();
        endpoints.MapDatasets();
        endpoints.MapAudits();
        endpoints.MapResults();
        endpoints.MapReview();
        endpoints.MapReviewedMasks();
        endpoints.MapTrainings();
        endpoints.MapLabelStudio();
        endpoints.MapCvat();
        endpoints.MapOpenApi("/openapi/{documentName}.json").ExcludeFromDescription();
        endpoints.MapHealth();
        endpoints.MapSite();
    }
}
