using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Trainings;

/// <summary>Training runs over HTTP, by the typed client where it has the call.</summary>
public sealed class TrainingApiTests(StorageFixture storage) : IAsyncLifetime
{
    private const string Version = "0011223344556677";

    private readonly string _dataset = "set-" + Guid.NewGuid().ToString("N");
    private TrainingService _service = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _service = await TrainingService.StartAsync(storage);
        await TrainingService.DatasetAsync(storage.Blobs, _dataset, Version);
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task A_run_is_queued_with_its_plan_resolved_and_the_shipped_model_to_start_from()
    {
        using var response = await PostAsync($$$"""{"dataset":"{{{_dataset}}}","settings":{"training.epochs":"3"}}""");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var run = (await response.Content.ReadFromJsonAsync(TrainingJson.Default.TrainingView, Cancel))!;
        Assert.Equal($"/v1/trainings/{run.Id}", response.Headers.Location!.OriginalString);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal((TrainingState.Queued, Version, "finetune", "live", true), (run.State, run.Plan.DatasetVersion, run.Plan.Recipe, run.Plan.Init, run.Plan.Promote));
        Assert.Equal("3", run.Plan.Settings["training.epochs"]);
        Assert.NotNull(await _service.Registry.LiveAsync(run.Plan.Model, Cancel));
        var shown = await _service.Client.GetTrainingAsync(run.Id, Cancel);
        Assert.Equal((run.Id, run.State), (shown.Id, shown.State));
    }

    [Theory]
    [InlineData("""{"settings":{}}""", "request-invalid")]
    [InlineData("""{"dataset":"no-such-set"}""", "dataset-not-found")]
    [InlineData("""{"dataset":"SET","version":"ffffffffffffffff"}""", "dataset-not-found")]
    [InlineData("""{"dataset":"SET","model":"another"}""", "model-not-found")]
    [InlineData("""{"dataset":"SET","recipe":"../smoke"}""", "training-invalid")]
    [InlineData("""{"dataset":"SET","epochs":3}""", "request-invalid")]
    [InlineData("""{"dataset":"SET","settings":{"training.epochs":3}}""", "request-invalid")]
    [InlineData("[]", "request-invalid")]
    [InlineData("", "request-invalid")]
    public async Task What_cannot_be_trained_is_refused(string body, string code)
    {
        using var response = await PostAsync(body.Replace("SET", _dataset, StringComparison.Ordinal));
        Assert.Equal(code, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["code"]!);
    }

    [Fact]
    public async Task A_body_that_is_no_json_or_too_long_is_refused()
    {
        using var text = await _service.Http.PostAsync("/v1/trainings", new StringContent("dataset=x"), Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        using var huge = await PostAsync("{\"dataset\":\"" + new string('a', 70_000) + "\"}");
        Assert.Equal(HttpStatusCode.BadRequest, huge.StatusCode);
    }

    [Fact]
    public async Task The_same_key_gets_the_same_run_and_another_request_with_it_is_a_conflict()
    {
        var request = new TrainingRequest { Dataset = _dataset, Settings = new Dictionary<string, string> { ["seed"] = "1", ["training.epochs"] = "2" } };
        var key = Guid.NewGuid().ToString();
        var run = await _service.Client.StartTrainingAsync(request, key, Cancel);
        await _service.Client.CancelTrainingAsync(run.Id, Cancel);

        var again = await _service.Client.StartTrainingAsync(request with { Settings = new Dictionary<string, string> { ["training.epochs"] = "2", ["seed"] = "1" } }, key, Cancel);

        Assert.Equal((run.Id, TrainingState.Canceled), (again.Id, again.State));
        var refused = await Assert.ThrowsAsync<RoadSegApiException>(() => _service.Client.StartTrainingAsync(request with { Recipe = "smoke" }, key, Cancel));
        Assert.Equal("idempotency-conflict", refused.Code);
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_page_by_page_also_those_of_ids_that_do_not_sort_by_age()
    {
        var ids = new List<WorkId>();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var runs = new TrainingStore(storage.Blobs, storage.Queues, clock);
        foreach (var drop in (string?[])[null, "0xff", "0x01", null])
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            ids.Insert(0, drop is null ? WorkId.New(clock) : WorkId.ForDrop("trainings", _dataset, drop));
            await runs.CreateAsync(ids[0], Plan(), Callers.Local, Cancel);
        }

        // Doing it again leaves no second entry.
        await runs.CreateAsync(ids[1], Plan(), Callers.Local, Cancel);
        var found = new List<WorkId>();
        var next = "";
        while (next is not null && found.Count < 4)
        {
            var page = (await _service.Http.GetFromJsonAsync("/v1/trainings?limit=2" + next, TrainingJson.Default.TrainingPage, Cancel))!;
            Assert.InRange(page.Items.Count, 0, 2);
            found.AddRange(page.Items.Where(run => run.Plan.Dataset == _dataset).Select(run => run.Id));
            next = page.Next is null ? null : "&after=" + page.Next;
        }

        Assert.Equal(ids, found);
        foreach (var bad in (string[])["?limit=0", "?limit=101", "?after=%20"])
        {
            using var refused = await _service.Http.GetAsync("/v1/trainings" + bad, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_wait_ends_when_the_run_has_changed_and_an_unchanged_run_is_304()
    {
        var id = (await _service.Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan(), Callers.Local, Cancel)).Value.Id;
        using var first = await _service.Http.GetAsync($"/v1/trainings/{id}", Cancel);
        using var unchanged = await AskAsync($"/v1/trainings/{id}", first.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        var waiting = AskAsync($"/v1/trainings/{id}?wait=60", first.Headers.ETag!);
        await _service.Runs.TryMoveAsync(id, TrainingState.Running, now => now with { Attempt = 1, Owner = new WorkOwner("m", now.Times.CreatedAt) }, Cancel);
        using var changed = await waiting;

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var run = (await changed.Content.ReadFromJsonAsync(TrainingJson.Default.TrainingView, Cancel))!;
        Assert.Equal((TrainingState.Running, 1), (run.State, run.Attempt));
    }

    // A run whose worker had died went on "learning", and one that no worker took said that it waits for a trainer and not what to start.
    [Fact]
    public async Task A_run_says_what_it_waits_for_and_that_its_trainer_fell_silent_and_the_list_says_how_many_are_at_work()
    {
        var (id, trainer, presence) = (WorkId.New(TimeProvider.System), Guid.NewGuid().ToString("N"), new TrainerPresence(storage.Blobs, TimeProvider.System));
        await _service.Runs.CreateAsync(id, Plan(), Callers.Local, Cancel);
        var alone = await _service.Client.GetTrainingAsync(id, Cancel);
        await presence.SayAsync(trainer, Cancel);
        var served = await _service.Client.GetTrainingAsync(id, Cancel);
        var page = (await _service.Http.GetFromJsonAsync("/v1/trainings", TrainingJson.Default.TrainingPage, Cancel))!;

        Assert.Equal(0, alone.Waits!.Trainers);
        Assert.Contains("Start one where the storage can be reached: './roadseg work'", alone.Waits.Message, StringComparison.Ordinal);
        Assert.Equal((1, 1), (served.Waits!.Trainers, page.Trainers));
        Assert.Contains("one is running", page.Items.Single(run => run.Id == id).Waits!.Message, StringComparison.Ordinal);

        var now = TimeProvider.System.GetUtcNow();
        await _service.Runs.TryMoveAsync(id, TrainingState.Running, run => run with { Attempt = 1, Checkpoint = 240, Owner = new WorkOwner("m", now) }, Cancel);
        using var learning = await _service.Http.GetAsync($"/v1/trainings/{id}", Cancel);
        await presence.LeaveAsync(trainer, Cancel);
        await _service.Runs.AmendAsync(id, run => run with { Owner = new WorkOwner("m", now.AddSeconds(-21)) }, Cancel);
        var silent = await _service.Client.GetTrainingAsync(id, Cancel);

        Assert.Null((await learning.Content.ReadFromJsonAsync(TrainingJson.Default.TrainingView, Cancel))!.Waits);
        Assert.Equal((TrainingState.Running, 0), (silent.State, silent.Waits?.Trainers));
        Assert.Contains("gives no sign of life", silent.Waits!.Message, StringComparison.Ordinal);
        Assert.Contains("update 240", silent.Waits.Message, StringComparison.Ordinal);

        await _service.Runs.TryMoveAsync(id, TrainingState.Canceled, static run => run, Cancel);
        Assert.Null((await _service.Client.GetTrainingAsync(id, Cancel)).Waits);
    }

    [Fact]
    public async Task Who_waits_and_knows_nothing_of_the_run_waits_for_its_end()
    {
        var id = (await _service.Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan(), Callers.Local, Cancel)).Value.Id;
        var waiting = _service.Http.GetAsync($"/v1/trainings/{id}?wait=60", Cancel);
        await _service.Runs.TryMoveAsync(id, TrainingState.Running, now => now with { Attempt = 1, Owner = new WorkOwner("m", now.Times.CreatedAt) }, Cancel);

        // It looks again after a second.
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1.5), Cancel)));

        await _service.Runs.TryMoveAsync(id, TrainingState.Canceled, now => now, Cancel);
        using var ended = await waiting;

        Assert.Equal(TrainingState.Canceled, (await ended.Content.ReadFromJsonAsync(TrainingJson.Default.TrainingView, Cancel))!.State);
        Assert.Null(ended.Headers.RetryAfter);
    }

    [Fact]
    public async Task Canceling_is_idempotent_and_leaves_what_has_ended()
    {
        var id = (await _service.Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan(), Callers.Local, Cancel)).Value.Id;
        var canceled = await _service.Client.CancelTrainingAsync(id, Cancel);
        var again = await _service.Client.CancelTrainingAsync(id, Cancel);

        Assert.Equal((TrainingState.Canceled, canceled.Times.FinishedAt), (again.State, again.Times.FinishedAt));
        Assert.Equal(TrainingState.Canceled, (await _service.Client.WaitTrainingAsync(id, cancel: Cancel)).State);
        foreach (var unknown in (string[])[WorkId.New(TimeProvider.System).ToString(), "no-id"])
        {
            using var response = await _service.Http.DeleteAsync($"/v1/trainings/{unknown}", Cancel);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    [Fact]
    public async Task Metrics_log_and_pictures_are_read_while_the_run_goes_on_in_ranges_too()
    {
        var id = (await _service.Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan(), Callers.Local, Cancel)).Value.Id;
        using (var early = await _service.Http.GetAsync($"/v1/trainings/{id}/metrics", Cancel))
            Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        var container = storage.Blobs.GetBlobContainerClient(Containers.Trainings);
        foreach (var (name, file, type) in ((string, string, string)[])[("metrics", TrainingFiles.Metrics, "application/jsonl"), ("log", TrainingFiles.Log, "text/plain"), ("curves", "curves.png", "image/png"), ("samples", "samples.png", "image/png"), ("worst", "worst.png", "image/png")])
        {
            await container.GetBlobClient(BlobPaths.TrainingFile(id, file)).UploadAsync(BinaryData.FromString($"the {name}"), Cancel);
            using var whole = await _service.Http.GetAsync($"/v1/trainings/{id}/{name}", Cancel);
            Assert.Equal((type, $"the {name}"), (whole.Content.Headers.ContentType!.MediaType, await whole.Content.ReadAsStringAsync(Cancel)));
            using var same = await AskAsync($"/v1/trainings/{id}/{name}", whole.Headers.ETag!);
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }

        using var tail = new HttpRequestMessage(HttpMethod.Get, $"/v1/trainings/{id}/metrics") { Headers = { Range = new RangeHeaderValue(4, null) } };
        using var part = await _service.Http.SendAsync(tail, Cancel);
        Assert.Equal((HttpStatusCode.PartialContent, "metrics"), (part.StatusCode, await part.Content.ReadAsStringAsync(Cancel)));
        await container.GetBlobClient(BlobPaths.TrainingFile(id, TrainingFiles.Metrics)).UploadAsync(BinaryData.FromString("more"), overwrite: true, Cancel);
        Assert.Equal("more", await _service.Http.GetStringAsync($"/v1/trainings/{id}/metrics", Cancel));
    }

    [Fact]
    public async Task Only_operators_start_and_cancel_but_everybody_may_look()
    {
        await using var guarded = await TrainingService.StartAsync(storage, operators: "data-team");
        var id = (await _service.Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan(), Callers.Local, Cancel)).Value.Id;

        Assert.Equal("operator-required", (await Assert.ThrowsAsync<RoadSegApiException>(() => guarded.Client.StartTrainingAsync(new TrainingRequest { Dataset = _dataset }, cancel: Cancel))).Code);
        Assert.Equal("operator-required", (await Assert.ThrowsAsync<RoadSegApiException>(() => guarded.Client.CancelTrainingAsync(id, Cancel))).Code);
        Assert.Equal(TrainingState.Queued, (await guarded.Client.GetTrainingAsync(id, Cancel)).State);
    }

    private TrainingPlan Plan() => new(_dataset, Version, "smoke", new Dictionary<string, string>(), "camvid-mnv2", "live", true);

    private Task<HttpResponseMessage> PostAsync(string body) => _service.Http.PostAsync("/v1/trainings", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);

    private async Task<HttpResponseMessage> AskAsync(string path, EntityTagHeaderValue known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { known } } };
        return await _service.Http.SendAsync(request, Cancel);
    }
}
