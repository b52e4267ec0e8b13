using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>Versions of a model come and go. Version n of the model 'tiny' gives a red photo a class of its own.</summary>
public sealed class RolloutTests : IAsyncLifetime
{
    private const string Name = ModelService.Name;

    private readonly TempFolder _folder = new();
    private readonly StorageFixture _storage = new();
    private readonly ModelPackage[] _packages;
    private JobStore _jobs = null!;
    private ModelRegistry _registry = null!;

    public RolloutTests() => _packages = [.. Enumerable.Range(0, 3).Select(turn => TinyPackages.Write(_folder[$"v{turn}"], Name, turn, card: turn == 1))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Bundled => Version(0);

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        _jobs = new JobStore(_storage.Blobs, _storage.Queues, TimeProvider.System);
        _registry = new ModelRegistry(_storage.Blobs, TimeProvider.System);
        foreach (var package in _packages[1..])
            await _registry.PublishAsync(package, "test", null, null, Cancel);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return _storage.DisposeAsync();
    }

    [Fact]
    public async Task A_version_that_is_broken_never_serves_and_the_one_before_goes_on()
    {
        var (flipped, failing, nan, truncated) = (
            TinyPackages.Write(_folder["flipped"], Name, 3), TinyPackages.WriteFailingSelfTest(_folder["failing"], Name, 4),
            TinyPackages.WriteNaN(_folder["nan"], Name, 5), TinyPackages.WriteTruncated(_folder["truncated"], Name, 6));
        foreach (var package in (ModelPackage[])[flipped, failing, nan, truncated])
            await _registry.PublishAsync(package, "test", null, null, Cancel);
        var graph = _storage.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelFile(Name, flipped.Manifest.Version, "model.onnx"));
        var bytes = flipped.ReadFile("model.onnx");
        bytes[bytes.Length / 2] ^= 4;
        await graph.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancel);
        await using var handler = await StartAsync();
        await handler.PromoteAsync(Version(1));
        await handler.ServesAsync(Version(1));

        foreach (var package in (ModelPackage[])[flipped, failing, nan, truncated])
        {
            var broken = package.Manifest.Version;
            await handler.PromoteAsync(broken);
            var text = await handler.UntilReadyAsync(text => text.Contains($"{broken} is live in the registry but not here", StringComparison.Ordinal));
            Assert.StartsWith($"{Name} {Version(1)} on cpu; ", text, StringComparison.Ordinal);

            var model = JsonNode.Parse(await handler.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), Cancel))!["items"]![0]!;
            Assert.Equal((broken, Version(1)), ((string)model["version"]!, (string)model["serving"]!));
            Assert.Contains(broken, (string)model["notice"]!, StringComparison.Ordinal);
            Assert.Equal(Version(1), (await handler.RunAsync()).Result!.ModelVersion);
        }

        Assert.Equal([Version(1)], Directory.EnumerateDirectories(Path.Combine(_folder["cache"], Name)).Select(Path.GetFileName).Where(one => one != failing.Manifest.Version && one != nan.Manifest.Version && one != truncated.Manifest.Version));
        await handler.PromoteAsync(Version(2));
        Assert.Equal($"{Name} {Version(2)} on cpu", await handler.ServesAsync(Version(2)));
    }

    [Fact]
    public async Task A_version_that_fails_on_photos_is_taken_back_by_itself_and_by_nobody_else()
    {
        var faulty = TinyPackages.WriteOverflowing(_folder["faulty"], Name, 3);
        await _registry.PublishAsync(faulty, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await handler.PromoteAsync(Version(1));
        await handler.ServesAsync(Version(1));
        await handler.PromoteAsync(faulty.Manifest.Version);
        await handler.ServesAsync(faulty.Manifest.Version);

        // One photo, however often its message comes, is one failure.
        var (first, message) = await handler.PreprocessedAsync();
        for (var delivery = 0; delivery < 6; delivery++)
            await handler.SegmentAsync(message);
        Assert.Equal(faulty.Manifest.Version, (await _registry.LiveAsync(Name, Cancel))!.Value.Version);
        for (var photo = 0; photo < 4; photo++)
        {
            // Photos that ask for another version between them neither hide nor excuse it.
            Assert.Equal(Version(2), (await handler.RunAsync($"{Name}@{Version(2)}")).Result!.ModelVersion);
            Assert.Equal((JobState.Failed, "model-invalid"), await handler.FailsAsync());
        }

        Assert.Equal("model-invalid", (await _jobs.FindAsync(first, Cancel))!.Value.Failure!.Code);

        await handler.ServesAsync(Version(1));
        var move = (await _registry.LiveAsync(Name, Cancel))!.Value.History[^1];
        Assert.Equal((Version(1), "rollback", "automatic"), (move.Version, move.Kind, move.By));
        Assert.Equal(Version(1), (await handler.RunAsync()).Result!.ModelVersion);

        // What an operator rolled back to is the operator's: only a promotion is watched.
        await handler.PromoteAsync(faulty.Manifest.Version);
        await handler.PromoteAsync(Version(2));
        await handler.RollBackAsync();
        await handler.ServesAsync(faulty.Manifest.Version);
        for (var photo = 0; photo < 6; photo++)
            Assert.Equal((JobState.Failed, "model-invalid"), await handler.FailsAsync());
        Assert.Equal(faulty.Manifest.Version, (await _registry.LiveAsync(Name, Cancel))!.Value.Version);
    }

    [Fact]
    public async Task A_version_that_is_far_slower_here_than_where_it_was_made_serves_and_says_so()
    {
        var quick = TinyPackages.WriteQuick(_folder["quick"], Name, 3);
        await _registry.PublishAsync(quick, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await handler.PromoteAsync(quick.Manifest.Version);

        var text = await handler.UntilReadyAsync(text => text.Contains("a run takes", StringComparison.Ordinal));
        Assert.StartsWith($"{Name} {quick.Manifest.Version} on cpu; ", text, StringComparison.Ordinal);
        Assert.Equal(quick.Manifest.Version, (await handler.RunAsync()).Result!.ModelVersion);
        await handler.PromoteAsync(Version(1));
        await handler.ServesAsync(Version(1));
    }

    [Fact]
    public async Task Only_operators_change_models_and_a_failed_gate_wants_force()
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("alices-key"u8));
        await using var handler = await StartAsync(("ROADSEG_OPERATORS", "alice"), ("ROADSEG_CALLERS", $"alice={hash}"));
        var promote = $"/v1/models/{Name}/versions/{Version(1)}/promote";
        await _registry.JudgeAsync(Name, Version(1), new GateReport(false, Bundled, [new GateCheck("mean-iou", false, 0.1, 0.5, "Worse.")], DateTimeOffset.UnixEpoch), Cancel);

        Assert.Equal((403, "operator-required"), await handler.RefusedAsync(promote));
        Assert.Equal((403, "operator-required"), await handler.RefusedAsync($"/v1/models/{Name}/rollback", "bobs-key"));
        Assert.Equal((409, "model-gate-failed"), await handler.RefusedAsync(promote, "alices-key"));
        Assert.Equal((400, "request-invalid"), await handler.RefusedAsync(promote, "alices-key", "{\"force\": 3}"));
        Assert.Equal((404, "model-not-found"), await handler.RefusedAsync($"/v1/models/{Name}/versions/nonesuch/promote", "alices-key"));
        Assert.Equal((409, "model-no-rollback"), await handler.RefusedAsync($"/v1/models/{Name}/rollback", "alices-key"));
        Assert.Null(await _registry.LiveAsync(Name, Cancel));

        var forced = await handler.PostAsync(promote, "alices-key", "{\"force\": true}");
        Assert.Equal([ModelState.Live, ModelState.Candidate, ModelState.Retired], forced.Items.OrderBy(item => item.State != ModelState.Live).ThenBy(item => item.State).Select(item => item.State));
        Assert.Equal(["seed", "local"], forced.History.Select(move => move.Kind == "seed" ? "seed" : move.By == "alice" ? "local" : move.By));
        Assert.Equal(Bundled, (await handler.PostAsync($"/v1/models/{Name}/rollback", "alices-key")).Live);
        Assert.Equal((409, "model-no-rollback"), await handler.RefusedAsync($"/v1/models/{Name}/rollback", "alices-key"));
    }

    [Fact]
    public async Task A_job_can_ask_for_a_version_or_a_model_and_only_for_what_there_is()
    {
        var other = TinyPackages.Write(_folder["other"], "other", 2);
        await _registry.PublishAsync(other, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await handler.ServesAsync(Bundled);

        foreach (var unknown in (string[])["nobody", "other", $"{Name}@nonesuch", $"nobody@{Version(1)}", "@", $"{Name}@", "..@..", $"{Name}@../{Version(1)}"])
        {
            Assert.Equal((404, "model-not-found"), await SubmittedAsync(handler.Http, unknown));
            Assert.Equal((404, "model-not-found"), await handler.RefusedAsync("/v1/uploads", body: JsonSerializer.Serialize(new { model = unknown })));
        }

        foreach (var (asked, version, turn) in (ValueTuple<string, string, int>[])[(Name, Bundled, 0), ($"{Name}@{Version(1)}", Version(1), 1), ($"{Name}@{Bundled}", Bundled, 0), ($"other@{other.Manifest.Version}", other.Manifest.Version, 2)])
        {
            var job = await handler.RunAsync(asked);
            Assert.Equal((asked, version), (job.Model, job.Result!.ModelVersion));
            var summary = JsonSerializer.Deserialize(await handler.Http.GetByteArrayAsync(new Uri($"/v1/jobs/{job.Id}/summary", UriKind.Relative), Cancel), JobJson.Default.ResultSummary)!;
            Assert.Equal([TinyPackages.ClassOfRed(turn)], summary.Present!);
        }

        await _registry.PromoteAsync("other", other.Manifest.Version, "test", Cancel);
        Assert.Equal(other.Manifest.Version, (await handler.RunAsync("other")).Result!.ModelVersion);
        var labels = JsonNode.Parse(await handler.Http.GetStringAsync(new Uri("/v1/labels", UriKind.Relative), Cancel))!["items"]!.AsArray();
        Assert.Equal([Name, "other"], labels.Select(item => (string)item!["model"]!));
    }

    [Fact]
    public async Task A_job_whose_version_has_gone_fails_with_a_sentence_and_one_without_a_pin_is_run_by_what_serves()
    {
        WorkId gone;
        byte[] message;
        await using (var first = await StartAsync())
        {
            await first.ServesAsync(Bundled);
            (gone, message) = await first.PreprocessedAsync($"{Name}@{Version(2)}");
        }

        await _storage.Blobs.GetBlobContainerClient(Containers.Models).DeleteBlobAsync(BlobPaths.ModelVersion(Name, Version(2)), cancellationToken: Cancel);
        await using var handler = await StartAsync();
        await handler.SegmentAsync(message);

        var failed = (await _jobs.FindAsync(gone, Cancel))!.Value;
        Assert.Equal((JobState.Failed, "model-not-found"), (failed.State, failed.Failure!.Code));
        Assert.Contains(Version(2), failed.Failure.Message, StringComparison.Ordinal);

        var (early, next) = await handler.PreprocessedAsync();
        await _jobs.AmendAsync(early, record => record with { Pin = null }, Cancel);
        await handler.SegmentAsync(next);
        Assert.Equal(Bundled, (await _jobs.FindAsync(early, Cancel))!.Value.Result!.ModelVersion);
    }

    private string Version(int turn) => _packages[turn].Manifest.Version;

    private async Task<ModelService> StartAsync(params (string Name, string Value)[] settings)
    {
        var api = await ApiService.StartAsync(_storage, serves: true, more:
        [
            ("ROADSEG_MODEL", _packages[0].Folder), ("ROADSEG_MODEL_POLL", "00:00:00.2"), ("ROADSEG_MODEL_CACHE", _folder["cache"]),

            // One line for all: a job of the other would come back as another message.
            ("ROADSEG_INTERACTIVE_JOBS", "1000"),
            .. settings,
        ]);
        return new ModelService(
            api, api.Http, (function, message) => MessageDelivery.InvokeAsync(api.Services, function, Messages.Of(message, Guid.NewGuid().ToString()), Cancel), _storage.Blobs, _storage.Queues);
    }

    private static async Task<(int Status, string? Code)> SubmittedAsync(HttpClient http, string model)
    {
        using var content = new ByteArrayContent(TinyPackages.RedPhoto()) { Headers = { ContentType = new("image/png") } };
        using var answer = await http.PostAsync(new Uri($"/v1/jobs?model={Uri.EscapeDataString(model)}", UriKind.Relative), content, Cancel);
        return ((int)answer.StatusCode, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]);
    }
}
