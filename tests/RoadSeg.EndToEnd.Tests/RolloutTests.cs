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

/// <summary>Versions of a model come and go while worker processes work; what becomes of each version is asked in memory (RoadSeg.Functions.Tests). Version n of the model 'tiny' gives a red photo a class of its own.</summary>
public sealed class RolloutTests : IAsyncLifetime
{
    private const string Name = ModelService.Name;

    private readonly TempFolder _folder = new();
    private readonly ModelPackage[] _packages;
    private AzuriteProcess _azurite = null!;
    private BlobServiceClient _blobs = null!;
    private JobStore _jobs = null!;
    private ModelRegistry _registry = null!;

    public RolloutTests() => _packages = [.. Enumerable.Range(0, 3).Select(turn => TinyPackages.Write(_folder[$"v{turn}"], Name, turn, card: turn == 1))];

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
        await using var handler = await StartAsync(("ROADSEG_MODEL_POLL", "00:00:00.1000000"), ("ROADSEG_MODELS_LOADED", "1"));
        await handler.ServesAsync(Bundled);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var held = new List<(WorkId Id, byte[] Message)>();
        var streams = Enumerable.Range(0, 3).Select(async _ =>
        {
            var ids = new List<WorkId>();
            while (!done.IsCancellationRequested)
            {
                var (id, message) = await handler.PreprocessedAsync();
                await handler.SegmentAsync(message);
                ids.Add(id);
            }

            return ids;
        }).ToList();

        (Func<Task> Move, string Version)[] moves =
        [
            (() => handler.PromoteAsync(Version(1)), Version(1)), (() => handler.PromoteAsync(Version(2)), Version(2)), (() => handler.RollBackAsync(), Version(1)),
            (() => handler.RollBackAsync(), Bundled), (() => handler.PromoteAsync(Version(2)), Version(2)), (() => handler.PromoteAsync(Version(1)), Version(1)),
        ];
        foreach (var (move, version) in moves)
        {
            held.Add(await handler.PreprocessedAsync());
            await move();
            await handler.ServesAsync(version);
        }

        for (var more = moves.Length; more < 50; more += 2)
        {
            await handler.PromoteAsync(Version(2));
            await handler.ServesAsync(Version(2));
            await handler.RollBackAsync();
            await handler.ServesAsync(Version(1));
        }

        // Their inputs were made for versions that are long gone from the front; each is run by its own.
        await done.CancelAsync();
        var ids = (await Task.WhenAll(streams)).SelectMany(one => one).ToList();
        foreach (var (id, message) in held)
        {
            await handler.SegmentAsync(message);
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
            var mask = MaskPng.Decode(await handler.Http.GetByteArrayAsync(new Uri($"/v1/jobs/{id}/mask", UriKind.Relative), Cancel), new ImageLimits());
            Assert.All(mask.Ids, found => Assert.Equal(TinyPackages.ClassOfRed(turn), found));
            versions.Add(job.Pin.Version);
        }

        Assert.Equal(3, versions.Count);
        Assert.Equal(moves.Length, held.Count);
        Assert.True(ids.Count > 20, $"Only {ids.Count} jobs ran.");
    }

    [Fact]
    public async Task Every_process_swaps_and_one_that_starts_anew_comes_up_with_what_was_promoted()
    {
        await using var first = await StartAsync();
        await using (var second = await StartAsync())
        {
            await first.ServesAsync(Bundled);
            await second.ServesAsync(Bundled);
            await first.PromoteAsync(Version(1));
            await second.ServesAsync(Version(1));
        }

        await first.ServesAsync(Version(1));
        await using var third = await StartAsync(("ROADSEG_MODEL_POLL", "01:00:00"));
        await third.UntilReadyAsync(_ => true);
        Assert.Equal(Version(1), (await third.RunAsync()).Result!.ModelVersion);
    }

    [Fact]
    public async Task Models_are_pushed_listed_promoted_and_rolled_back_by_command()
    {
        await using var handler = await StartAsync();
        await handler.ServesAsync(Bundled);
        var server = handler.Http.BaseAddress!.ToString();
        var pushed = TinyPackages.Write(_folder["pushed"], Name, 7);
        var version = pushed.Manifest.Version;

        Assert.Contains(version, await CommandAsync(0, "models", "push", pushed.Folder, "--connection", _azurite.ConnectionString), StringComparison.Ordinal);
        Assert.Contains(version, await CommandAsync(0, "models", "push", pushed.Folder, "--connection", _azurite.ConnectionString), StringComparison.Ordinal);
        Assert.Matches($"{version}\\s+candidate", await CommandAsync(0, "models", "list", "--server", server));
        Assert.Matches($"{version}\\s+live", await CommandAsync(0, "models", "promote", Name, version, "--server", server));
        await handler.ServesAsync(version);
        Assert.Matches($"{version}\\s+retired", await CommandAsync(0, "models", "rollback", Name, "--server", server));
        await handler.ServesAsync(Bundled);
        Assert.Contains("model-no-rollback", await CommandAsync(1, "models", "rollback", Name, "--server", server), StringComparison.Ordinal);

        var broken = TinyPackages.WriteFailingSelfTest(_folder["broken"], Name, 8);
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

    private string Version(int turn) => _packages[turn].Manifest.Version;

    private async Task<ModelService> StartAsync(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["ROADSEG_MODEL"] = _packages[0].Folder,
            ["ROADSEG_MODEL_POLL"] = "00:00:01",
            ["ROADSEG_MODEL_CACHE"] = _folder["cache"],

            // One line for all: a job of the other would come back as another message.
            ["ROADSEG_INTERACTIVE_JOBS"] = "1000",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        var worker = await DirectWorker.StartAsync(_azurite.ConnectionString, Cancel, all);
        return new ModelService(
            worker, worker.Http, (function, message) => worker.InvokeAsync(function, message, Guid.NewGuid().ToString(), 1, Cancel), _blobs, new QueueServiceClient(_azurite.ConnectionString));
    }

    private static async Task<string> CommandAsync(int exit, params string[] arguments)
    {
        var result = await CliTests.RunAsync(arguments);
        Assert.True(result.Exit == exit, result.ToString());
        return result.Output + result.Error;
    }
}
