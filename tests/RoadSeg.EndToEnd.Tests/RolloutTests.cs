using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.LocalHost;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Versions of a model come and go while the handler process works. Version n of the model 'tiny' gives a red photo a class of its own.</summary>
public sealed partial class RolloutTests : IAsyncLifetime
{
    private const string Name = "tiny";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TempFolder _folder = new();
    private readonly ModelPackage[] _packages;
    private AzuriteProcess _azurite = null!;
    private BlobServiceClient _blobs = null!;
    private JobStore _jobs = null!;
    private ModelRegistry _registry = null!;

    public RolloutTests() => _packages = [.. Enumerable.Range(0, 3).Select(turn => TinyPackages.Write(Folder($"v{turn}"), Name, turn, card: turn == 1))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Bundled => Version(0);

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Workspace.NodeModules }, Cancel);
        await LocalStack.ProvisionAsync(_azurite.ConnectionString, Cancel);
        _blobs = new BlobServiceClient(_azurite.ConnectionString);
        _jobs = new JobStore(_blobs, new QueueServiceClient(_azurite.ConnectionString), TimeProvider.System);
        _registry = new ModelRegistry(_blobs, TimeProvider.System);
        foreach (var package in _packages[1..])
            await _registry.PublishAsync(package, "test", null, null, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Jobs_under_fifty_promotions_and_rollbacks_each_succeed_once_by_the_version_they_are_pinned_to()
    {
        await using var handler = await StartAsync(new Dictionary<string, string> { ["ROADSEG_MODEL_POLL"] = "00:00:00.1000000", ["ROADSEG_MODELS_LOADED"] = "1" });
        await ServesAsync(handler, Bundled);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var held = new List<(WorkId Id, byte[] Message)>();
        var streams = Enumerable.Range(0, 3).Select(async _ =>
        {
            var ids = new List<WorkId>();
            while (!done.IsCancellationRequested)
            {
                var (id, message) = await PreprocessedAsync(handler);
                await SegmentAsync(handler, message);
                ids.Add(id);
            }

            return ids;
        }).ToList();

        (Func<Task> Move, string Version)[] moves =
        [
            (() => PromoteAsync(handler, 1), Version(1)), (() => PromoteAsync(handler, 2), Version(2)), (() => RollBackAsync(handler), Version(1)),
            (() => RollBackAsync(handler), Bundled), (() => PromoteAsync(handler, 2), Version(2)), (() => PromoteAsync(handler, 1), Version(1)),
        ];
        foreach (var (move, version) in moves)
        {
            held.Add(await PreprocessedAsync(handler));
            await move();
            await ServesAsync(handler, version);
        }

        for (var more = moves.Length; more < 50; more += 2)
        {
            await PromoteAsync(handler, 2);
            await ServesAsync(handler, Version(2));
            await RollBackAsync(handler);
            await ServesAsync(handler, Version(1));
        }

        // Their inputs were made for versions that are long gone from the front; each is run by its own.
        await done.CancelAsync();
        var ids = (await Task.WhenAll(streams)).SelectMany(one => one).ToList();
        foreach (var (id, message) in held)
        {
            await SegmentAsync(handler, message);
            ids.Add(id);
        }

        var versions = new HashSet<string>();
        foreach (var id in ids)
        {
            var job = (await _jobs.FindAsync(id, Cancel))!.Value;
            Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
            Assert.Equal((1, job.Pin!.Version), (job.Attempt, job.Result!.ModelVersion));
            var turn = Array.FindIndex(_packages, package => package.Manifest.Version == job.Pin.Version);
            var (width, height) = _packages[turn].Manifest.Preprocess.InputSize(job.Image!.Width, job.Image.Height);
            Assert.Equal(new JobInput(width, height), job.Input);
            var mask = MaskPng.Decode(await ResultAsync(id, ResultFiles.Mask), new ImageLimits());
            Assert.All(mask.Ids, found => Assert.Equal(TinyPackages.ClassOfRed(turn), found));
            versions.Add(job.Pin.Version);
        }

        Assert.Equal(3, versions.Count);
        Assert.Equal(moves.Length, held.Count);
        Assert.True(ids.Count > 20, $"Only {ids.Count} jobs ran.");
    }

    [Fact]
    public async Task A_version_that_is_broken_never_serves_and_the_one_before_goes_on()
    {
        var (flipped, failing, nan, truncated) = (
            TinyPackages.Write(Folder("flipped"), Name, 3), TinyPackages.WriteFailingSelfTest(Folder("failing"), Name, 4),
            TinyPackages.WriteNaN(Folder("nan"), Name, 5), TinyPackages.WriteTruncated(Folder("truncated"), Name, 6));
        foreach (var package in (ModelPackage[])[flipped, failing, nan, truncated])
            await _registry.PublishAsync(package, "test", null, null, Cancel);
        var graph = _blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelFile(Name, flipped.Manifest.Version, "model.onnx"));
        var bytes = flipped.ReadFile("model.onnx");
        bytes[bytes.Length / 2] ^= 4;
        await graph.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancel);
        await using var handler = await StartAsync();
        await PromoteAsync(handler, 1);
        await ServesAsync(handler, Version(1));

        foreach (var package in (ModelPackage[])[flipped, failing, nan, truncated])
        {
            var broken = package.Manifest.Version;
            await PostAsync(handler, $"/v1/models/{Name}/versions/{broken}/promote");
            var text = await UntilReadyAsync(handler, text => text.Contains($"{broken} is live in the registry but not here", StringComparison.Ordinal));
            Assert.StartsWith($"{Name} {Version(1)} on cpu; ", text, StringComparison.Ordinal);

            var model = JsonNode.Parse(await handler.Http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), Cancel))!["items"]![0]!;
            Assert.Equal((broken, Version(1)), ((string)model["version"]!, (string)model["serving"]!));
            Assert.Contains(broken, (string)model["notice"]!, StringComparison.Ordinal);
            Assert.Equal(Version(1), (await RunAsync(handler)).Result!.ModelVersion);
        }

        Assert.Equal([Version(1)], Directory.EnumerateDirectories(Path.Combine(Folder("cache"), Name)).Select(Path.GetFileName).Where(one => one != failing.Manifest.Version && one != nan.Manifest.Version && one != truncated.Manifest.Version));
        await PromoteAsync(handler, 2);
        Assert.Equal($"{Name} {Version(2)} on cpu", await ServesAsync(handler, Version(2)));
    }

    [Fact]
    public async Task A_version_that_fails_on_photos_is_taken_back_by_itself_and_by_nobody_else()
    {
        var faulty = TinyPackages.WriteOverflowing(Folder("faulty"), Name, 3);
        await _registry.PublishAsync(faulty, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await PromoteAsync(handler, 1);
        await ServesAsync(handler, Version(1));
        await PostAsync(handler, $"/v1/models/{Name}/versions/{faulty.Manifest.Version}/promote");
        await ServesAsync(handler, faulty.Manifest.Version);

        // One photo, however often its message comes, is one failure.
        var (first, message) = await PreprocessedAsync(handler);
        for (var delivery = 0; delivery < 6; delivery++)
            await SegmentAsync(handler, message);
        Assert.Equal(faulty.Manifest.Version, (await _registry.LiveAsync(Name, Cancel))!.Value.Version);
        for (var photo = 0; photo < 4; photo++)
        {
            // Photos that ask for another version between them neither hide nor excuse it.
            Assert.Equal(Version(2), (await RunAsync(handler, $"{Name}@{Version(2)}")).Result!.ModelVersion);
            Assert.Equal((JobState.Failed, "model-invalid"), await FailsAsync(handler));
        }

        Assert.Equal("model-invalid", (await _jobs.FindAsync(first, Cancel))!.Value.Failure!.Code);

        await ServesAsync(handler, Version(1));
        var move = (await _registry.LiveAsync(Name, Cancel))!.Value.History[^1];
        Assert.Equal((Version(1), "rollback", "automatic"), (move.Version, move.Kind, move.By));
        Assert.Equal(Version(1), (await RunAsync(handler)).Result!.ModelVersion);

        // What an operator rolled back to is the operator's: only a promotion is watched.
        await PostAsync(handler, $"/v1/models/{Name}/versions/{faulty.Manifest.Version}/promote");
        await PromoteAsync(handler, 2);
        await RollBackAsync(handler);
        await ServesAsync(handler, faulty.Manifest.Version);
        for (var photo = 0; photo < 6; photo++)
            Assert.Equal((JobState.Failed, "model-invalid"), await FailsAsync(handler));
        Assert.Equal(faulty.Manifest.Version, (await _registry.LiveAsync(Name, Cancel))!.Value.Version);
    }

    [Fact]
    public async Task A_version_that_is_far_slower_here_than_where_it_was_made_serves_and_says_so()
    {
        var quick = TinyPackages.WriteQuick(Folder("quick"), Name, 3);
        await _registry.PublishAsync(quick, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await PostAsync(handler, $"/v1/models/{Name}/versions/{quick.Manifest.Version}/promote");

        var text = await UntilReadyAsync(handler, text => text.Contains("a run takes", StringComparison.Ordinal));
        Assert.StartsWith($"{Name} {quick.Manifest.Version} on cpu; ", text, StringComparison.Ordinal);
        Assert.Equal(quick.Manifest.Version, (await RunAsync(handler)).Result!.ModelVersion);
        await PromoteAsync(handler, 1);
        await ServesAsync(handler, Version(1));
    }

    [Fact]
    public async Task Every_process_swaps_and_one_that_starts_anew_comes_up_with_what_was_promoted()
    {
        await using var first = await StartAsync();
        await using (var second = await StartAsync())
        {
            await ServesAsync(first, Bundled);
            await ServesAsync(second, Bundled);
            await PromoteAsync(first, 1);
            await ServesAsync(second, Version(1));
        }

        await ServesAsync(first, Version(1));
        await using var third = await StartAsync(new Dictionary<string, string> { ["ROADSEG_MODEL_POLL"] = "01:00:00" });
        await UntilReadyAsync(third, _ => true);
        Assert.Equal(Version(1), (await RunAsync(third)).Result!.ModelVersion);
    }

    [Fact]
    public async Task Only_operators_change_models_and_a_failed_gate_wants_force()
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("alices-key"u8));
        await using var handler = await StartAsync(new Dictionary<string, string> { ["ROADSEG_OPERATORS"] = "alice", ["ROADSEG_CALLERS"] = $"alice={hash}" });
        var promote = $"/v1/models/{Name}/versions/{Version(1)}/promote";
        await _registry.JudgeAsync(Name, Version(1), new GateReport(false, Bundled, [new GateCheck("mean-iou", false, 0.1, 0.5, "Worse.")], DateTimeOffset.UnixEpoch), Cancel);

        Assert.Equal((403, "operator-required"), await RefusedAsync(handler, promote));
        Assert.Equal((403, "operator-required"), await RefusedAsync(handler, $"/v1/models/{Name}/rollback", "bobs-key"));
        Assert.Equal((409, "model-gate-failed"), await RefusedAsync(handler, promote, "alices-key"));
        Assert.Equal((400, "request-invalid"), await RefusedAsync(handler, promote, "alices-key", "{\"force\": 3}"));
        Assert.Equal((404, "model-not-found"), await RefusedAsync(handler, $"/v1/models/{Name}/versions/nonesuch/promote", "alices-key"));
        Assert.Equal((409, "model-no-rollback"), await RefusedAsync(handler, $"/v1/models/{Name}/rollback", "alices-key"));
        Assert.Null(await _registry.LiveAsync(Name, Cancel));

        var forced = await PostAsync(handler, promote, "alices-key", "{\"force\": true}");
        Assert.Equal([ModelState.Live, ModelState.Candidate, ModelState.Retired], forced.Items.OrderBy(item => item.State != ModelState.Live).ThenBy(item => item.State).Select(item => item.State));
        Assert.Equal(["seed", "local"], forced.History.Select(move => move.Kind == "seed" ? "seed" : move.By == "alice" ? "local" : move.By));
        Assert.Equal(Bundled, (await PostAsync(handler, $"/v1/models/{Name}/rollback", "alices-key")).Live);
        Assert.Equal((409, "model-no-rollback"), await RefusedAsync(handler, $"/v1/models/{Name}/rollback", "alices-key"));
    }

    [Fact]
    public async Task A_job_can_ask_for_a_version_or_a_model_and_only_for_what_there_is()
    {
        var other = TinyPackages.Write(Folder("other"), "other", 2);
        await _registry.PublishAsync(other, "test", null, null, Cancel);
        await using var handler = await StartAsync();
        await ServesAsync(handler, Bundled);

        foreach (var unknown in (string[])["nobody", "other", $"{Name}@nonesuch", $"nobody@{Version(1)}", "@", $"{Name}@", "..@..", $"{Name}@../{Version(1)}"])
        {
            Assert.Equal((404, "model-not-found"), await SubmittedAsync(handler, unknown));
            Assert.Equal((404, "model-not-found"), await RefusedAsync(handler, "/v1/uploads", body: JsonSerializer.Serialize(new { model = unknown })));
        }

        foreach (var (asked, version, turn) in (ValueTuple<string, string, int>[])[(Name, Bundled, 0), ($"{Name}@{Version(1)}", Version(1), 1), ($"{Name}@{Bundled}", Bundled, 0), ($"other@{other.Manifest.Version}", other.Manifest.Version, 2)])
        {
            var job = await RunAsync(handler, asked);
            Assert.Equal((asked, version), (job.Model, job.Result!.ModelVersion));
            var summary = JsonSerializer.Deserialize(await ResultAsync(job.Id, ResultFiles.Summary), JobJson.Default.ResultSummary)!;
            Assert.Equal([TinyPackages.ClassOfRed(turn)], summary.Present!);
        }

        await _registry.PromoteAsync("other", other.Manifest.Version, "test", Cancel);
        Assert.Equal(other.Manifest.Version, (await RunAsync(handler, "other")).Result!.ModelVersion);
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
            await ServesAsync(first, Bundled);
            (gone, message) = await PreprocessedAsync(first, $"{Name}@{Version(2)}");
        }

        await _blobs.GetBlobContainerClient(Containers.Models).DeleteBlobAsync(BlobPaths.ModelVersion(Name, Version(2)), cancellationToken: Cancel);
        await using var handler = await StartAsync();
        await SegmentAsync(handler, message);

        var failed = (await _jobs.FindAsync(gone, Cancel))!.Value;
        Assert.Equal((JobState.Failed, "model-not-found"), (failed.State, failed.Failure!.Code));
        Assert.Contains(Version(2), failed.Failure.Message, StringComparison.Ordinal);

        var (early, next) = await PreprocessedAsync(handler);
        await _jobs.AmendAsync(early, record => record with { Pin = null }, Cancel);
        await SegmentAsync(handler, next);
        Assert.Equal(Bundled, (await _jobs.FindAsync(early, Cancel))!.Value.Result!.ModelVersion);
    }

    [Fact]
    public async Task Models_are_pushed_listed_promoted_and_rolled_back_by_command()
    {
        await using var handler = await StartAsync();
        await ServesAsync(handler, Bundled);
        var server = handler.Http.BaseAddress!.ToString();
        var pushed = TinyPackages.Write(Folder("pushed"), Name, 7);
        var version = pushed.Manifest.Version;

        Assert.Contains(version, await CommandAsync(0, "models", "push", pushed.Folder, "--connection", _azurite.ConnectionString), StringComparison.Ordinal);
        Assert.Contains(version, await CommandAsync(0, "models", "push", pushed.Folder, "--connection", _azurite.ConnectionString), StringComparison.Ordinal);
        Assert.Matches($"{version}\\s+candidate", await CommandAsync(0, "models", "list", "--server", server));
        Assert.Matches($"{version}\\s+live", await CommandAsync(0, "models", "promote", Name, version, "--server", server));
        await ServesAsync(handler, version);
        Assert.Matches($"{version}\\s+retired", await CommandAsync(0, "models", "rollback", Name, "--server", server));
        await ServesAsync(handler, Bundled);
        Assert.Contains("model-no-rollback", await CommandAsync(1, "models", "rollback", Name, "--server", server), StringComparison.Ordinal);

        var broken = TinyPackages.WriteFailingSelfTest(Folder("broken"), Name, 8);
        Assert.Contains("model-invalid", await CommandAsync(1, "models", "push", broken.Folder, "--connection", _azurite.ConnectionString), StringComparison.Ordinal);
        Assert.Null(await _registry.FindAsync(Name, broken.Manifest.Version, Cancel));
        var list = JsonSerializer.Deserialize(await handler.Http.GetStringAsync(new Uri($"/v1/models/{Name}/versions", UriKind.Relative), Cancel), RegistryJson.Default.ModelVersionList)!;
        var carded = list.Items.Single(item => item.Version == Version(1));
        Assert.Equal(_packages[1].ReadFile("mask.png"), await handler.Http.GetByteArrayAsync(new Uri($"{carded.Links["self"]}/pictures/mask.png", UriKind.Relative), Cancel));
        using (var none = await handler.Http.GetAsync(new Uri($"{carded.Links["self"]}/pictures/model.onnx", UriKind.Relative), Cancel))
            Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Equal("# A tiny model\n", await handler.Http.GetStringAsync(new Uri(carded.Links["card"], UriKind.Relative), Cancel));
        Assert.Equal(Version(1), (string)JsonNode.Parse(await handler.Http.GetStringAsync(new Uri(carded.Links["self"], UriKind.Relative), Cancel))!["version"]!);
    }
}
