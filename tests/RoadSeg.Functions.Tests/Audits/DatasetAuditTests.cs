using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Functions.Audits;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Audits;

/// <summary>Audits and comparisons of data sets' versions, on real storage with the model that ships. Messages are delivered by the tests, where they do not say otherwise.</summary>
public sealed class DatasetAuditTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();
    private readonly TempFolder _folder = new();
    private WholeService _service = null!;
    private string _version = "";
    private string _audit = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private AuditStore Store => _service.Services.GetRequiredService<AuditStore>();

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        _service = await WholeService.StartAsync(_storage, disabled: ["AuditDataset"]);
        _version = await PushAsync(PaintedSet.Write(_folder["a"], 4));
        _audit = $"/v1/datasets/set/versions/{_version}/audit";
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_audit_is_asked_for_runs_and_shows_its_regions_their_pictures_and_a_section_of_the_report()
    {
        using var asked = await AskAsync(null);
        Assert.Equal((HttpStatusCode.Accepted, _audit), (asked.StatusCode, asked.Headers.Location!.ToString()));
        Assert.Equal(AuditState.Queued, (await ViewAsync(asked)).State);
        using (var early = await _service.SendAsync(HttpMethod.Get, _audit + "/regions"))
            Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);

        await DeliverAsync("m1");

        using var ended = await _service.SendAsync(HttpMethod.Get, _audit);
        var view = await ViewAsync(ended);
        Assert.Equal((AuditState.Succeeded, "camvid-mnv2"), (view.State, view.Model));
        Assert.Null(ended.Headers.RetryAfter);
        var regions = new List<AuditRegionView>();
        AuditRegionPage page;
        do
        {
            page = (await _service.Api.GetFromJsonAsync(new Uri($"{view.Links["regions"]}?limit=3&after={regions.Count}", UriKind.Relative), AuditJson.Default.AuditRegionPage, Cancel))!;
            regions.AddRange(page.Items);
        }
        while (page.Next is not null);
        Assert.Equal(view.Regions, regions.Count);
        Assert.Equal(Enumerable.Range(1, regions.Count), regions.Select(region => region.Rank));
        Assert.Equal(4, page.Photos);
        Assert.Equal(page.DisputedPixels, page.Pairs.Sum(pair => pair.Pixels));
        Assert.NotEmpty(regions);
        var crop = await _service.GetAsync(regions[0].Crop!);
        Assert.Equal(0, ImageProbe.Read(crop, ImageLimits.Default).Width % 3);
        var report = Encoding.UTF8.GetString(await _service.GetAsync(view.Links["page"]));
        Assert.Contains("<section id=\"audit\">", report, StringComparison.Ordinal);
        Assert.True(report.IndexOf("id=\"audit\"", StringComparison.Ordinal) < report.IndexOf("<footer>", StringComparison.Ordinal));
        Assert.Contains("id=\"audit\"", Encoding.UTF8.GetString(await _service.GetAsync("/v1/datasets/set/report.html")), StringComparison.Ordinal);
        Assert.Empty(_service.Blobs.GetBlobContainerClient(Containers.AuditsActive).GetBlobs(cancellationToken: Cancel));
    }

    [Fact]
    public async Task An_audit_whose_process_died_goes_on_from_its_checkpoint_by_the_same_message_alone()
    {
        using var asked = await AskAsync(null);
        var files = _service.Services.GetRequiredService<AuditFiles>();
        var audit = (await Store.FindAsync("set", _version, Cancel))!.Value;
        var so = new DatasetAudit
        {
            Name = "set", Version = _version, Model = audit.Model.Model, ModelVersion = audit.Model.Version, Looked = 3, Photos = 3, LabelledPixels = 1, DisputedPixels = 1, Pairs = [],
            Found = 1, Regions = [new DisputedRegion("before", Split.Train, [0, 0, 9, 9], 81, "road", "car", 1, 1, "000000-000.png")], Skipped = [], Notes = [],
        };
        var checkpoint = await files.StoreAsync(audit, so, new Dictionary<string, byte[]>(), Cancel);
        await Store.TryMoveAsync("set", _version, AuditState.Running, now => now with { Owner = new WorkOwner("m1", TimeProvider.System.GetUtcNow()), Checkpoint = checkpoint }, Cancel);

        await DeliverAsync("another");
        Assert.Equal((AuditState.Running, "m1"), await StandsAsync());
        await DeliverAsync("m1");

        Assert.Equal(AuditState.Succeeded, (await StandsAsync()).State);
        var found = await files.FoundAsync((await Store.FindAsync("set", _version, Cancel))!.Value, Cancel);
        Assert.Equal((4, "before"), (found.Photos, found.Regions[0].Id));
        Assert.All(found.Regions.Skip(1), region => Assert.StartsWith("000003-", region.Crop, StringComparison.Ordinal));

        async Task<(AuditState State, string? Owner)> StandsAsync() => (await Store.FindAsync("set", _version, Cancel))!.Value is var now ? (now.State, now.Owner?.MessageId) : default;
    }

    [Fact]
    public async Task A_canceled_audit_stays_so_whatever_message_comes_and_can_be_asked_for_again()
    {
        using var asked = await AskAsync(null);
        var first = (await Store.FindAsync("set", _version, Cancel))!.Value;
        using var again = await AskAsync("""{"model":"camvid-mnv2"}""");
        Assert.Equal(first.Run, (await Store.FindAsync("set", _version, Cancel))!.Value.Run);
        var other = await Assert.ThrowsAsync<RoadSegException>(() => Store.AskAsync("set", _version, new ModelPin("other", "1"), "anna", Cancel));
        Assert.Equal(ErrorCodes.AuditRunning, other.Code);

        using var canceled = await _service.SendAsync(HttpMethod.Delete, _audit);
        Assert.Equal(AuditState.Canceled, (await ViewAsync(canceled)).State);
        await DeliverAsync("m1");
        Assert.Equal(AuditState.Canceled, (await Store.FindAsync("set", _version, Cancel))!.Value.State);

        using var anew = await AskAsync(null);
        Assert.Equal(AuditState.Queued, (await ViewAsync(anew)).State);
        await DeliverAsync("m2", first);
        Assert.Equal(AuditState.Queued, (await Store.FindAsync("set", _version, Cancel))!.Value.State);
        await DeliverAsync("m3");
        Assert.Equal(AuditState.Succeeded, (await Store.FindAsync("set", _version, Cancel))!.Value.State);
    }

    [Fact]
    public async Task The_sweep_sends_what_was_lost_and_takes_an_audit_from_a_process_that_is_gone()
    {
        using var asked = await AskAsync(null);
        var queue = _service.Queues.GetQueueClient(Queues.DatasetAudits);
        await queue.ClearMessagesAsync(Cancel);
        var late = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(20));

        await SweepAsync(late);
        await SweepAsync(late);
        Assert.Single((await queue.PeekMessagesAsync(32, Cancel)).Value);

        await queue.ClearMessagesAsync(Cancel);
        await Store.TryMoveAsync("set", _version, AuditState.Running, now => now with { Owner = new WorkOwner("m1", TimeProvider.System.GetUtcNow()) }, Cancel);
        await SweepAsync(late);
        Assert.Null((await Store.FindAsync("set", _version, Cancel))!.Value.Owner);
        Assert.Single((await queue.PeekMessagesAsync(32, Cancel)).Value);
        await DeliverAsync("m2");
        Assert.Equal(AuditState.Succeeded, (await Store.FindAsync("set", _version, Cancel))!.Value.State);
    }

    [Fact]
    public async Task What_failed_as_often_as_it_may_ends_and_says_why()
    {
        using var asked = await AskAsync(null);
        await Store.AmendAsync("set", _version, now => now with { Setback = new DatasetSetback("storage-unavailable", "It did not answer.", TimeProvider.System.GetUtcNow()) }, Cancel);

        await MessageDelivery.InvokeAsync(_service.Services, "FailPoisonedAudit", Messages.Of(await MessageAsync(null), "p1"), Cancel);

        var failure = (await Store.FindAsync("set", _version, Cancel))!.Value.Failure!;
        Assert.Equal("attempts-exhausted", failure.Code);
        Assert.Contains("It did not answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_lost_a_shard_fails_its_audit_by_the_name_of_the_file()
    {
        using var asked = await AskAsync(null);
        var curated = _service.Blobs.GetBlobContainerClient(Containers.Curated);
        foreach (var shard in curated.GetBlobs(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, BlobPaths.Curated("set", _version, "train-"), Cancel))
            await curated.DeleteBlobAsync(shard.Name, cancellationToken: Cancel);

        await DeliverAsync("m1");

        var failed = (await Store.FindAsync("set", _version, Cancel))!.Value;
        Assert.Equal((AuditState.Failed, "curated-set-invalid"), (failed.State, failed.Failure!.Code));
        Assert.Contains("train-00000.shard", failed.Failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/datasets/no-such/versions/0123456789abcdef/audit", null, "dataset-not-found")]
    [InlineData("POST", "", """{"model":"no-such-model"}""", "model-not-found")]
    [InlineData("POST", "", """{"modell":"x"}""", "request-invalid")]
    [InlineData("GET", "", null, "audit-not-found")]
    [InlineData("DELETE", "", null, "audit-not-found")]
    [InlineData("GET", "/regions?limit=0", null, "request-invalid")]
    [InlineData("GET", "/crops/..%2Frecord.json", null, "audit-not-found")]
    public async Task What_cannot_be_is_refused_with_its_code(string method, string path, string? body, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path.StartsWith("/v1", StringComparison.Ordinal) ? path : _audit + path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var refused = await _service.Api.SendAsync(request, Cancel);

        Assert.Equal(code, JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Two_versions_are_compared_and_what_is_none_is_refused()
    {
        var set = PaintedSet.Write(_folder["b"], 4);
        File.WriteAllBytes(Path.Combine(set, "trainannot", "1_a.png"), GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % 3))], 24, 16));
        var later = await PushAsync(set);
        var diff = $"/v1/datasets/set/versions/{_version}/diff";

        var found = DatasetComparison.FromJson(await _service.GetAsync($"{diff}?to={later}"));
        using var page = await _service.SendAsync(HttpMethod.Get, $"{diff}.html?to={later}");

        Assert.Equal((_version, later), (found.Before.Version, found.After.Version));
        Assert.Equal("1_a", Assert.Single(found.Relabelled).Id);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("sandbox", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("Most changed photos", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        foreach (var (wrong, status) in new[] { (diff, HttpStatusCode.BadRequest), ($"{diff}?to=0123456789abcdef", HttpStatusCode.NotFound) })
        {
            using var refused = await _service.SendAsync(HttpMethod.Get, wrong);
            Assert.Equal(status, refused.StatusCode);
        }
    }

    private async Task<string> PushAsync(string folder)
    {
        var spec = new DatasetSpec { Name = "set", Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 64, 48, 1) };
        var sent = await new DatasetPush(_service.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(folder, spec, null, Cancel);
        return (await _service.Client.WaitForDatasetAsync("set", sent.Drop, TimeSpan.FromMinutes(2), null, Cancel)).Version!;
    }

    private async Task<HttpResponseMessage> AskAsync(string? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _audit);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _service.Api.SendAsync(request, Cancel);
    }

    private static async Task<AuditView> ViewAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync(AuditJson.Default.AuditView, Cancel))!;

    private async Task<byte[]> MessageAsync(AuditRecord? about)
    {
        about ??= (await Store.FindAsync("set", _version, Cancel))!.Value;
        return JsonSerializer.SerializeToUtf8Bytes(new AuditMessage("set", _version, about.Run, TimeProvider.System.GetUtcNow()), AuditJson.Default.AuditMessage);
    }

    private async Task DeliverAsync(string id, AuditRecord? about = null) =>
        await MessageDelivery.InvokeAsync(_service.Services, "AuditDataset", Messages.Of(await MessageAsync(about), id), Cancel);

    private Task SweepAsync(TimeProvider time) =>
        new AuditSweep(_service.Blobs, _service.Queues, Store, new WorkOptions(), time, NullLogger<AuditSweep>.Instance).RunAsync(Cancel);
}
