using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RoadSeg.Functions.Tests.Trainings;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Storage;

/// <summary>"A stray blob with a short name makes a caller's list 500": whatever lies beside records or in their place hides none of the others. A storage of
/// its own: what is strayed here would be in everybody's lists.</summary>
public sealed class StrayBlobTests : IAsyncLifetime
{
    private static readonly string[] Strays = ["a", "x.tmp", "0000000000000000000000000a", "zzzzzzzzzzzzzzzzzzzzzzzzzzzz", "Ü", "UPPERCASEUPPERCASEUPPERCA!", "999/0000000000000000000000000a"];

    private readonly StorageFixture _storage = new();
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        _api = await ApiService.StartAsync(_storage);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _storage.DisposeAsync();
    }

    [Theory]
    [InlineData("{ \"state\": 7")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Lists_of_jobs_show_all_others(string unreadable)
    {
        var jobs = new JobStore(_storage.Blobs, _storage.Queues, TimeProvider.System);
        var (good, broken) = (await MadeAsync(jobs), await MadeAsync(jobs));
        await PutAsync(Containers.Jobs, BlobPaths.Job(broken), unreadable);
        foreach (var stray in Strays)
            await PutAsync(Containers.JobsIndex, BlobPaths.IndexedJobs(Callers.Local) + stray, "");

        Assert.Equal([good.ToString()], await ListAsync("/v1/jobs", "items", "id"));
        Assert.Empty(await ListAsync("/v1/review", "items", "id"));
    }

    [Fact]
    public async Task Lists_of_training_runs_show_all_others()
    {
        var runs = new TrainingStore(_storage.Blobs, _storage.Queues, TimeProvider.System);
        var plan = new TrainingPlan("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "model", "live", true);
        var (good, broken) = (WorkId.New(TimeProvider.System), WorkId.New(TimeProvider.System));
        foreach (var id in (WorkId[])[good, broken])
            await runs.CreateAsync(id, plan, Callers.Local, Cancel);
        await PutAsync(Containers.Trainings, BlobPaths.Training(broken), "{");
        foreach (var stray in Strays)
            await PutAsync(Containers.Trainings, BlobPaths.IndexedTrainings + stray, "");

        Assert.Equal([good.ToString()], await ListAsync("/v1/trainings", "items", "id"));
    }

    [Fact]
    public async Task Lists_of_data_sets_and_models_show_all_others()
    {
        await TrainingService.DatasetAsync(_storage.Blobs, "good", "0011223344556677");
        await PutAsync(Containers.Curated, BlobPaths.Dataset("broken"), "{");
        foreach (var stray in Strays)
        {
            await PutAsync(Containers.Curated, stray, "");
            await PutAsync(Containers.Curated, $"{stray} folder/record.json", "");
            await PutAsync(Containers.Models, $"{stray} folder/current.json", "");
            await PutAsync(Containers.Models, BlobPaths.ModelVersions("a-model") + stray, "");
        }

        Assert.Equal(["good"], await ListAsync("/v1/datasets", "items", "name"));
        using var models = await _api.Http.GetAsync(new Uri("/v1/models", UriKind.Relative), Cancel);
        using var versions = await _api.Http.GetAsync(new Uri("/v1/models/a-model/versions", UriKind.Relative), Cancel);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (models.StatusCode, versions.StatusCode));
    }

    // "A damaged record among those of a model's versions makes the lists of models answer 500."
    [Theory]
    [InlineData("{ \"state\": 7")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{}")]
    public async Task Lists_of_models_and_their_versions_show_all_others(string unreadable)
    {
        using var folder = new TempFolder();
        var registry = new ModelRegistry(_storage.Blobs, TimeProvider.System);
        foreach (var name in (string[])["good", "newest-broken", "live-broken", "pointer-broken"])
        {
            for (var turn = 1; turn <= 2; turn++)
                await registry.PublishAsync(TinyPackages.Write(folder[$"{name}{turn}"], name, turn), "test", null, null, Cancel);
        }

        var versions = await ListAsync("/v1/models/good/versions", "items", "version");
        await registry.PromoteAsync("live-broken", versions[1], "test", Cancel);
        foreach (var name in (string[])["good", "newest-broken", "no-other"])
            await PutAsync(Containers.Models, BlobPaths.ModelVersion(name, "20990101T000000Z-broken"), unreadable);
        await PutAsync(Containers.Models, BlobPaths.ModelVersion("live-broken", versions[1]), unreadable);
        await PutAsync(Containers.Models, BlobPaths.ModelPointer("pointer-broken"), unreadable);
        await PutAsync(Containers.Models, BlobPaths.ShadowRun("good", "20990101T000000Z-broken"), unreadable);

        var shipped = (await ListAsync("/v1/models", "items", "name"))[0];
        Assert.Equal([shipped, "good", "newest-broken"], await ListAsync("/v1/models", "items", "name"));
        Assert.Equal(versions, await ListAsync("/v1/models/good/versions", "items", "version"));
        Assert.Equal(3, (await ListAsync("/v1/labels", "items", "model")).Length);
        Assert.Empty(await ListAsync("/v1/review", "items", "id"));

        // What serves is shown, whatever its own records say.
        await PutAsync(Containers.Models, BlobPaths.ModelPointer(shipped), unreadable);
        Assert.Equal([shipped, "good", "newest-broken"], await ListAsync("/v1/models", "items", "name"));
    }

    // "One damaged summary makes a caller's whole review list and its export 500."
    [Theory]
    [InlineData("{ \"width\": 7")]
    [InlineData("null")]
    [InlineData("")]
    public async Task The_review_list_shows_all_others_of_a_result_that_cannot_be_read(string unreadable)
    {
        var jobs = new JobStore(_storage.Blobs, _storage.Queues, TimeProvider.System);
        var (good, broken) = (await SucceededJob.CreateAsync(jobs), await SucceededJob.CreateAsync(jobs));
        var summary = await File.ReadAllTextAsync(Checkout.File("tests/contracts/result-summary.json"), Cancel);
        await PutAsync(Containers.Results, BlobPaths.Result(good, 1, ResultFiles.Summary), summary);
        await PutAsync(Containers.Results, BlobPaths.Result(broken, 1, ResultFiles.Summary), unreadable);

        Assert.Equal([good.ToString()], await ListAsync("/v1/review?below=1", "items", "id"));
    }

    private static async Task<WorkId> MadeAsync(JobStore jobs)
    {
        var id = WorkId.New(TimeProvider.System);
        await jobs.CreateAsync(new JobRecord
        {
            Id = id, State = JobState.AwaitingUpload, Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, null), Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
        }, Cancel);
        return id;
    }

    private async Task PutAsync(string container, string path, string content) =>
        await _storage.Blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);

    private async Task<string[]> ListAsync(string path, string items, string name)
    {
        using var answer = await _api.Http.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var list = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))![items]!.AsArray();
        return [.. list.Select(item => (string)item![name]!)];
    }
}
