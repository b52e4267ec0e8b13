using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoadSeg.Client;
using RoadSeg.Datasets;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Trainings;
using RoadSeg.Registry;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Tests.Trainings;

/// <summary>The API of training runs on a loopback port, over the tests' storage.</summary>
internal sealed class TrainingService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TrainingService(WebApplication app, HttpClient http)
    {
        (_app, Http) = (app, http);
        Client = new RoadSegClient(http, new RoadSegClientOptions { Retries = RetryPolicy.None });
    }

    public HttpClient Http { get; }

    public RoadSegClient Client { get; }

    public TrainingStore Runs => _app.Services.GetRequiredService<TrainingStore>();

    public ModelRegistry Registry => _app.Services.GetRequiredService<ModelRegistry>();

    /// <param name="storage">Where everything lies.</param>
    /// <param name="operators">Setting ROADSEG_OPERATORS.</param>
    public static async Task<TrainingService> StartAsync(StorageFixture storage, string operators = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ROADSEG_MODEL"] = Path.Combine(Checkout.Root, "models", "default"),
            ["ROADSEG_OPERATORS"] = operators,
        }).Build();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(storage.Blobs);
        builder.Services.AddSingleton(storage.Queues);
        builder.Services.AddSingleton<TrainingStore>();
        builder.Services.AddSingleton<DatasetStore>();
        builder.Services.AddSingleton<ModelRegistry>();
        builder.Services.AddSingleton<TrainingPlans>();
        builder.Services.AddSingleton<TrainingList>();
        builder.Services.AddSingleton<TrainerPresence>();
        builder.Services.AddSingleton<IdempotencyKeys>();
        builder.Services.AddSingleton(CallerKeys.Read(settings));
        builder.Services.AddSingleton(Operators.Read(settings));
        builder.Services.AddModels(settings);
        builder.Services.Remove(builder.Services.Last(static part => part.ServiceType == typeof(IHostedService))); // Nothing is segmented.
        var app = builder.Build();
        app.UseProblems();
        app.MapTrainings();
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        return new TrainingService(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    /// <summary>Writes down that a data set has a version.</summary>
    public static async Task DatasetAsync(BlobServiceClient blobs, string name, string version) => await new DatasetStore(blobs, TimeProvider.System).CreateAsync(
        new DatasetRecord { Name = name, State = DatasetState.Ready, Drop = "0x1", ReceivedAt = TimeProvider.System.GetUtcNow(), Version = version, Versions = [version] }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
