using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Tests.Trainings;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Storage;

/// <summary>What callers hear where storage does not show what is there, and of what is deleted while they ask.</summary>
public sealed class StorageFailureTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly string _set = $"set-{Guid.NewGuid():N}"[..20];
    private readonly WorkId _job = WorkId.New(TimeProvider.System), _run = WorkId.New(TimeProvider.System);
    private StorageFaults _faults = null!;
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Jobs => new(storage.Blobs, storage.Queues, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        (var blobs, _faults) = StorageFaults.BlobsOf(storage);
        _api = await ApiService.StartAsync(storage, services: services => services.AddSingleton(blobs));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("GET", "/v1/jobs/JOB")]
    [InlineData("DELETE", "/v1/jobs/JOB")]
    [InlineData("GET", "/v1/jobs/JOB/mask")]
    [InlineData("HEAD", "/v1/jobs/JOB/mask")]
    [InlineData("GET", "/v1/jobs/JOB/summary")]
    [InlineData("GET", "/v1/trainings/RUN")]
    [InlineData("GET", "/v1/trainings/RUN/log")]
    [InlineData("GET", "/v1/datasets/SET")]
    [InlineData("GET", "/v1/datasets/SET/report")]
    [InlineData("GET", "/v1/models/camvid-mnv2/versions")]
    public async Task What_storage_does_not_show_is_to_be_asked_for_again_and_neither_unknown_nor_gone(string method, string path)
    {
        await MakeAllAsync();
        var address = string.Join('/', path.Split('/').Select(one => one switch { "JOB" => $"{_job}", "RUN" => $"{_run}", "SET" => _set, _ => one }));

        // The records too, or only what they tell of.
        foreach (var records in (bool[])[true, false])
        {
            _faults.Refuses = (_, asked) => records || !asked.EndsWith(".json", StringComparison.Ordinal)
                || asked.EndsWith("summary.json", StringComparison.Ordinal) || asked.EndsWith("report.json", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            using var answer = await _api.Http.SendAsync(request, Cancel);
            if (!records && answer.IsSuccessStatusCode)
                continue;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        _faults.Refuses = static (_, _) => false;
        using var again = new HttpRequestMessage(HttpMethod.Get, address);
        using var shown = await _api.Http.SendAsync(again, Cancel);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
    }

    [Fact]
    public async Task A_job_or_a_run_that_is_deleted_while_it_is_canceled_is_answered_as_it_stood_and_does_not_come_back()
    {
        await MakeAllAsync(JobState.Queued);
        foreach (var (path, container, record) in ((string, string, string)[])
        [
            ($"/v1/jobs/{_job}", Containers.Jobs, BlobPaths.Job(_job)),
            ($"/v1/trainings/{_run}", Containers.Trainings, BlobPaths.Training(_run)),
        ])
        {
            var blob = storage.Blobs.GetBlobContainerClient(container).GetBlobClient(record);
            _faults.Fails = (method, asked) =>
            {
                if (method == "PUT" && asked == $"{container}/{record}")
                    blob.DeleteIfExists(cancellationToken: Cancel);
                return false;
            };

            using var answer = await _api.Http.DeleteAsync(new Uri(path, UriKind.Relative), Cancel);

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("queued", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("state").GetString());
            Assert.False(await blob.ExistsAsync(Cancel));
        }
    }

    private async Task MakeAllAsync(JobState state = JobState.Succeeded)
    {
        await TrainingService.DatasetAsync(storage.Blobs, _set, "0011223344556677");
        await PutAsync(Containers.Curated, BlobPaths.Curated(_set, "0011223344556677", "report.json"), "{}");
        var plan = new TrainingPlan(_set, "0011223344556677", "smoke", new Dictionary<string, string>(), "model", "live", true);
        await new TrainingStore(storage.Blobs, storage.Queues, TimeProvider.System).CreateAsync(_run, plan, Callers.Local, Cancel);
        await PutAsync(Containers.Trainings, BlobPaths.TrainingFile(_run, TrainingFiles.Log), "said");
        await PutAsync(Containers.Results, BlobPaths.Result(_job, 1, ResultFiles.Mask), "mask");
        await PutAsync(Containers.Results, BlobPaths.Result(_job, 1, ResultFiles.Summary), "{}");
        await Jobs.CreateAsync(new JobRecord
        {
            Id = _job,
            State = state,
            Source = new JobSource(Containers.Uploads, BlobPaths.Upload(_job), null, "a.jpg"),
            Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
            Attempt = 1,
            Image = new JobImage("jpeg", 640, 480, 1, 8),
            Result = new JobResult(1, "tiny", "1", new string('0', 64), "cpu"),
        }, Cancel);
    }

    private async Task PutAsync(string container, string path, string content) =>
        await storage.Blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString(content), Cancel);
}
