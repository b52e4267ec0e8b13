using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Trainings;
using RoadSeg.Inference;
using RoadSeg.Registry;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Tests.Trainings;

/// <summary>What a training request may say, and what it means where it says nothing.</summary>
public sealed class TrainingPlansTests : IDisposable
{
    private readonly string _name = $"set-{Guid.NewGuid():N}"[..20];
    private readonly DatasetStore _datasets;
    private readonly TrainingStore _runs;
    private readonly ModelRegistry _registry;
    private readonly ModelPool _pool;
    private readonly LiveModel _live;

    public TrainingPlansTests(StorageFixture storage)
    {
        _datasets = new DatasetStore(storage.Blobs, TimeProvider.System);
        _runs = new TrainingStore(storage.Blobs, storage.Queues, TimeProvider.System);
        _registry = new ModelRegistry(storage.Blobs, TimeProvider.System);
        var options = new ModelOptions { Folder = Checkout.File("models/default"), Engine = new EngineOptions() };
        _pool = new ModelPool(options, _registry, TimeProvider.System, NullLogger<ModelPool>.Instance);
        _live = new LiveModel(_pool, _registry, options, TimeProvider.System, NullLogger<LiveModel>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TrainingPlans Plans => new(_datasets, _runs, _registry, _live);

    public void Dispose()
    {
        _live.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public async Task What_a_request_leaves_out_is_the_newest_version_the_served_model_and_the_gates_word()
    {
        await KnownAsync();

        var plan = await Plans.ResolveAsync(Read($$"""{"dataset":"{{_name}}"}"""), Cancel);

        Assert.Equal((_name, "2222222222222222", "finetune", _live.Package.Manifest.Name, "live", true), (plan.Dataset, plan.DatasetVersion, plan.Recipe, plan.Model, plan.Init, plan.Promote));
        Assert.Empty(plan.Settings);
    }

    [Fact]
    public async Task An_older_version_may_be_named_and_everything_else_too()
    {
        await KnownAsync();

        var plan = await Plans.ResolveAsync(
            Read($$"""{"dataset":"{{_name}}","version":"1111111111111111","recipe":"camvid-r18","settings":{"training.epochs":"5"},"model":"{{_live.Package.Manifest.Name}}","init":"none","promote":false}"""), Cancel);

        Assert.Equal(("1111111111111111", "camvid-r18", "5", "none", false), (plan.DatasetVersion, plan.Recipe, plan.Settings["training.epochs"], plan.Init, plan.Promote));
    }

    // An unknown recipe, setting or version and epochs of -1 were queued, and failed when a worker took the run, minutes or days later.
    [Theory]
    [InlineData("""{}""", "request-invalid")]
    [InlineData("""{"dataset":"no-such-set"}""", "dataset-not-found")]
    [InlineData("""{"dataset":"../record"}""", "dataset-not-found")]
    [InlineData("""{"dataset":"NAME","version":"3333333333333333"}""", "dataset-not-found")]
    [InlineData("""{"dataset":"NAME","model":"other"}""", "model-not-found")]
    [InlineData("""{"dataset":"NAME","recipe":"../../etc"}""", "training-invalid")]
    [InlineData("""{"dataset":"NAME","recipe":"Finetune"}""", "training-invalid")]
    [InlineData("""{"dataset":"NAME","recipe":"finetuen"}""", "training-invalid", "There are: camvid-mnv2")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epochs":"-1"}}""", "training-invalid", "epochs is 1 to 100000, not -1")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epochs":"many"}}""", "training-invalid", "training.epochs")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epoch":"5"}}""", "training-invalid", "no 'training.epoch'")]
    [InlineData("""{"dataset":"NAME","settings":{"training.optimizer":"lion"}}""", "training-invalid", "training.optimizer")]
    [InlineData("""{"dataset":"NAME","settings":{"model.asppRates":"[1,"}}""", "training-invalid")]
    [InlineData("""{"dataset":"NAME","init":"20260101T000000Z-000000000000"}""", "model-not-found", "20260101T000000Z-000000000000")]
    [InlineData("""{"dataset":"NAME","init":"../x"}""", "request-invalid")]
    [InlineData("""{"dataset":"NAME","settings":{"--data":"x"}}""", "request-invalid")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epochs":""}}""", "request-invalid")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epochs":"5\n6"}}""", "request-invalid")]
    [InlineData("""{"dataset":"NAME","settings":{"training.epochs":5}}""", "request-invalid")]
    [InlineData("""{"dataset":"NAME","epoch":"5"}""", "request-invalid")]
    [InlineData("""[]""", "request-invalid")]
    [InlineData("""null""", "request-invalid")]
    [InlineData("", "request-invalid")]
    public async Task What_no_trainer_could_take_is_refused(string json, string code, string says = "")
    {
        await KnownAsync();

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => Plans.ResolveAsync(Read(json), Cancel));

        Assert.Equal(code, refusal.Code.Code);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_settings_than_32_and_values_over_200_characters_are_refused()
    {
        var many = new TrainingRequest { Settings = Enumerable.Range(0, 33).ToDictionary(i => $"f{i}", _ => "1") };
        var large = new TrainingRequest { Settings = new Dictionary<string, string> { ["f"] = new('1', 201) } };

        Assert.Equal(ErrorCodes.RequestInvalid, (await Assert.ThrowsAsync<RoadSegException>(() => Plans.CheckAsync(many, Cancel))).Code);
        Assert.Equal(ErrorCodes.RequestInvalid, (await Assert.ThrowsAsync<RoadSegException>(() => Plans.CheckAsync(large, Cancel))).Code);
    }

    private TrainingRequest Read(string json) => TrainingPlans.Read(Encoding.UTF8.GetBytes(json.Replace("NAME", _name, StringComparison.Ordinal)));

    private async Task KnownAsync()
    {
        await _datasets.AddVersionAsync(_name, "1111111111111111", Cancel);
        await _datasets.AddVersionAsync(_name, "2222222222222222", Cancel);
    }
}
