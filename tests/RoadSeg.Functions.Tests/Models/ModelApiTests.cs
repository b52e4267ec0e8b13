using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Models;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Tests.Models;

/// <summary>Models over HTTP: what is listed and read of them, and who moves which of them is live.</summary>
public sealed class ModelApiTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly string _name = "api-" + Guid.NewGuid().ToString("N")[..8];
    private readonly TempFolder _folder = new();
    private readonly ModelRegistry _registry = new(storage.Blobs, TimeProvider.System);
    private ModelPackage _bundled = null!;
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bundled = TinyPackages.Write(_folder["bundled"], _name, 0, card: true);
        var options = new ModelOptions { Folder = _bundled.Folder, Engine = new EngineOptions { IntraOpThreads = 1 }, Cache = _folder["cache"], Poll = TimeSpan.FromMilliseconds(100) };
        _api = await ApiService.StartAsync(storage, serves: true, services: services => services
            .AddSingleton(options)
            .AddSingleton(new Operators(new HashSet<string> { RoadSeg.Jobs.Callers.OfKey("operator") })));
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Only_operators_promote_and_roll_back_and_whoever_is_not_moves_nothing()
    {
        var version = await PublishedAsync(1);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync($"{_name}/versions/{version}/promote", "somebody")).Status);
        Assert.Null(await _registry.LiveAsync(_name, Cancel));

        var (status, list) = await PostAsync($"{_name}/versions/{version}/promote");
        Assert.Equal((HttpStatusCode.OK, version), (status, list.GetProperty("live").GetString()));
        Assert.Equal(version, (await _registry.LiveAsync(_name, Cancel))!.Value.Version);
        Assert.Equal(RoadSeg.Jobs.Callers.OfKey("operator"), (await _registry.LiveAsync(_name, Cancel))!.Value.History[^1].By);

        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync($"{_name}/rollback", "somebody")).Status);
        Assert.Equal(version, (await _registry.LiveAsync(_name, Cancel))!.Value.Version);
        (status, list) = await PostAsync($"{_name}/rollback");
        Assert.Equal((HttpStatusCode.OK, _bundled.Manifest.Version), (status, list.GetProperty("live").GetString()));
        Assert.Equal(_bundled.Manifest.Version, (await _registry.LiveAsync(_name, Cancel))!.Value.Version);
        Assert.Equal((HttpStatusCode.Conflict, "model-no-rollback"), await CodeAsync(await SendAsync($"{_name}/rollback", "operator")));
    }

    [Fact]
    public async Task The_list_says_what_each_model_is_and_whose()
    {
        var manifest = _bundled.Manifest;

        var shown = (await JsonAsync("")).GetProperty("items").EnumerateArray().Single(model => model.GetProperty("name").GetString() == _name);

        Assert.Equal(
            [manifest.Version, manifest.Description, manifest.Licence, manifest.Architecture.Name, manifest.Architecture.Encoder],
            ((string[])["version", "description", "licence", "architecture", "encoder"]).Select(member => shown.GetProperty(member).GetString()));
    }

    [Fact]
    public async Task A_version_whose_files_are_gone_is_listed_without_what_they_said()
    {
        var (whole, gone) = (await PublishedAsync(1), await PublishedAsync(2));
        var models = storage.Blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Models);
        await models.DeleteBlobAsync(RoadSeg.Storage.BlobPaths.ModelFile(_name, gone, "manifest.json"), cancellationToken: Cancel);

        var listed = (await JsonAsync($"{_name}/versions")).GetProperty("items").EnumerateArray().Select(version => version.GetProperty("version").GetString());

        Assert.Equal([gone, whole], listed.Order(StringComparer.Ordinal).Reverse().Take(2));
    }

    [Fact]
    public async Task Where_a_training_run_promoted_the_first_version_a_rollback_leads_to_what_shipped()
    {
        Assert.Equal((HttpStatusCode.Conflict, "model-no-rollback"), await CodeAsync(await SendAsync($"{_name}/rollback", "operator")));
        Assert.Equal((HttpStatusCode.NotFound, "model-not-found"), await CodeAsync(await SendAsync($"{_name}-b/rollback", "operator")));
        await _registry.ReplaceAsync(_name, await PublishedAsync(1), null, "training x", Cancel);

        var (status, list) = await PostAsync($"{_name}/rollback");

        Assert.Equal((HttpStatusCode.OK, _bundled.Manifest.Version), (status, list.GetProperty("live").GetString()));
        Assert.Equal("seed", (await _registry.FindAsync(_name, _bundled.Manifest.Version, Cancel))!.PublishedBy);
        Assert.Equal((HttpStatusCode.Conflict, "model-no-rollback"), await CodeAsync(await SendAsync($"{_name}/rollback", "operator")));
    }

    [Fact]
    public async Task What_shipped_is_published_when_it_is_promoted_and_not_before()
    {
        Assert.Null(await _registry.FindAsync(_name, _bundled.Manifest.Version, Cancel));

        var (status, list) = await PostAsync($"{_name}/versions/{_bundled.Manifest.Version}/promote");

        Assert.Equal((HttpStatusCode.OK, _bundled.Manifest.Version), (status, list.GetProperty("live").GetString()));
        Assert.Equal("seed", (await _registry.FindAsync(_name, _bundled.Manifest.Version, Cancel))!.PublishedBy);
    }

    [Fact]
    public async Task What_did_not_pass_its_gate_is_promoted_by_force_only()
    {
        var version = await PublishedAsync(1);
        await _registry.JudgeAsync(_name, version, new GateReport(false, null, [new GateCheck("mean-iou", false, 0.1, 0.5, "Worse.")], TimeProvider.System.GetUtcNow()), Cancel);

        var refused = await SendAsync($"{_name}/versions/{version}/promote", "operator");
        Assert.Contains("mean-iou", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Conflict, "model-gate-failed"), await CodeAsync(refused));
        Assert.Equal((HttpStatusCode.Conflict, "model-gate-failed"), await CodeAsync(await SendAsync($"{_name}/versions/{version}/promote", "operator", "{\"force\":false}")));
        Assert.Null(await _registry.LiveAsync(_name, Cancel));

        Assert.Equal(HttpStatusCode.OK, (await PostAsync($"{_name}/versions/{version}/promote", body: "{\"force\":true}")).Status);
        Assert.Equal(version, (await _registry.LiveAsync(_name, Cancel))!.Value.Version);
    }

    [Theory]
    [InlineData("{\"force\":1}", "application/json", "request-invalid")]
    [InlineData("[]", "application/json", "request-invalid")]
    [InlineData("{\"force\":true}", "text/plain", "content-type-unsupported")]
    public async Task A_request_to_promote_that_is_none_moves_nothing(string body, string type, string code)
    {
        var version = await PublishedAsync(1);

        var answer = await SendAsync($"{_name}/versions/{version}/promote", "operator", body, type);

        Assert.Equal(code, (await CodeAsync(answer)).Code);
        Assert.Null(await _registry.LiveAsync(_name, Cancel));
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_neither_promoted_nor_read()
    {
        Assert.Equal((HttpStatusCode.NotFound, "model-not-found"), await CodeAsync(await SendAsync($"{_name}/versions/none/promote", "operator")));
        foreach (var path in (string[])[$"{_name}/versions/none", $"{_name}/versions/none/card", "no-such-model/versions"])
            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_each_with_what_it_is()
    {
        var (first, second, never) = (await PublishedAsync(1, card: true), await PublishedAsync(2), await PublishedAsync(3));
        await PostAsync($"{_name}/versions/{second}/promote");
        await PostAsync($"{_name}/versions/{first}/promote");

        var list = await JsonAsync($"{_name}/versions");

        var items = list.GetProperty("items").EnumerateArray().ToDictionary(item => item.GetProperty("version").GetString()!);
        Assert.Equal(4, items.Count);
        Assert.Equal(("live", "retired", "retired", "candidate"), (State(first), State(second), State(_bundled.Manifest.Version), State(never)));
        Assert.Equal(0.51, items[first].GetProperty("metrics")[0].GetProperty("values").GetProperty("meanIoU").GetDouble());
        Assert.False(items[first].GetProperty("links").TryGetProperty("promote", out _));
        Assert.Equal($"/v1/models/{_name}/versions/{second}/promote", items[second].GetProperty("links").GetProperty("promote").GetString());
        Assert.Equal($"/v1/models/{_name}/versions/{first}/card", items[first].GetProperty("links").GetProperty("card").GetString());
        Assert.Equal("test", items[second].GetProperty("publishedBy").GetString());
        Assert.Equal(["seed", "promote", "promote"], list.GetProperty("history").EnumerateArray().Select(move => move.GetProperty("kind").GetString()));
        var published = list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("publishedAt").GetDateTimeOffset()).ToList();
        Assert.Equal(published.OrderDescending(), published);

        string State(string version) => items[version].GetProperty("state").GetString()!;
    }

    [Fact]
    public async Task Before_anything_is_published_the_shipped_version_is_live_and_says_nothing_of_who_published_it()
    {
        var list = await JsonAsync($"{_name}/versions");

        var only = Assert.Single(list.GetProperty("items").EnumerateArray());
        Assert.Equal((_bundled.Manifest.Version, "live", _bundled.Manifest.Version), (list.GetProperty("live").GetString(), only.GetProperty("state").GetString(), only.GetProperty("version").GetString()));
        Assert.False(only.TryGetProperty("publishedAt", out _) || only.TryGetProperty("publishedBy", out _));
    }

    [Fact]
    public async Task The_list_shows_what_shipped_first_and_of_every_other_model_its_live_version_or_its_newest()
    {
        var other = _name + "-b";
        var (old, newest) = (await PublishedAsync(1, other), await PublishedAsync(2, other));
        Assert.Equal((newest, "candidate"), await ShownAsync());

        await _registry.PromoteAsync(other, old, "test", Cancel);
        Assert.Equal((old, "live"), await ShownAsync());

        // A model whose manifest is lost hides no other.
        await storage.Blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Models).DeleteBlobAsync(RoadSeg.Storage.BlobPaths.ModelFile(other, old, "manifest.json"), cancellationToken: Cancel);
        var models = (await JsonAsync("")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(_name, models[0].GetProperty("name").GetString());
        Assert.Equal(_bundled.Manifest.Version, models[0].GetProperty("version").GetString());
        Assert.Single(models, model => model.GetProperty("name").GetString() == _name);

        async Task<(string?, string?)> ShownAsync()
        {
            var model = Assert.Single((await JsonAsync("")).GetProperty("items").EnumerateArray(), model => model.GetProperty("name").GetString() == other);
            return (model.GetProperty("version").GetString(), model.GetProperty("state").GetString());
        }
    }

    [Fact]
    public async Task What_serves_says_which_version_does()
    {
        JsonElement shown = default;
        await Eventually.TrueAsync(
            async () =>
            {
                var models = (await JsonAsync("")).GetProperty("items").EnumerateArray();
                shown = Assert.Single(models, model => model.GetProperty("name").GetString() == _name);
                return shown.TryGetProperty("serving", out _);
            },
            "a version that serves");

        Assert.Equal(_bundled.Manifest.Version, shown.GetProperty("serving").GetString());
        Assert.False(shown.TryGetProperty("notice", out _));
    }

    [Fact]
    public async Task Card_pictures_manifest_and_labels_are_those_of_the_package()
    {
        var version = await PublishedAsync(1, card: true);
        foreach (var path in (string[])[$"{_name}/versions/{_bundled.Manifest.Version}", $"{_name}/versions/{version}"])
        {
            Assert.Equal("# A tiny model\n", await (await GetAsync(path + "/card")).Content.ReadAsStringAsync(Cancel));
            foreach (var picture in (string[])["input.png", "mask.png"])
            {
                var answer = await GetAsync($"{path}/pictures/{picture}");
                Assert.Equal((HttpStatusCode.OK, "image/png"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            }

            Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"{path}/pictures/model.onnx")).StatusCode);
            Assert.Equal(_name, (await JsonAsync(path)).GetProperty("name").GetString());
        }

        Assert.Equal(_bundled.ReadFile("mask.png"), await (await GetAsync($"{_name}/versions/{_bundled.Manifest.Version}/pictures/mask.png")).Content.ReadAsByteArrayAsync(Cancel));
        using var labels = JsonDocument.Parse(await _api.Http.GetStringAsync(new Uri("/v1/labels", UriKind.Relative), Cancel));
        Assert.Contains(labels.RootElement.GetProperty("items").EnumerateArray(), item => item.GetRawText().Contains(_name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_may_name_what_shipped_what_is_live_and_any_version_and_nothing_else()
    {
        var other = _name + "-b";
        var version = await PublishedAsync(1, other);
        using var pool = new ModelPool(new ModelOptions { Folder = _bundled.Folder, Engine = new EngineOptions(), Cache = _folder["cache2"] }, _registry, TimeProvider.System, NullLogger<ModelPool>.Instance);
        using var live = new LiveModel(pool, _registry, new ModelOptions { Folder = _bundled.Folder, Engine = new EngineOptions() }, TimeProvider.System, NullLogger<LiveModel>.Instance);
        await live.StartAsync(Cancel);
        var models = new ModelCatalogue(live, pool, _registry, NullLogger<ModelCatalogue>.Instance);

        foreach (var good in (string?[])[null, _name, $"{_name}@{_bundled.Manifest.Version}", $"{other}@{version}"])
        {
            await models.RequireAsync(good, Cancel);
            Assert.Equal(good?.StartsWith(other, StringComparison.Ordinal) == true ? other : _name, (await models.PickAsync(good, Cancel)).Name);
        }

        foreach (var bad in (string[])["nothing", other, $"{other}@none", $"{_name}@none", "a b", "@", $"{other}@", $"@{version}", new string('a', 131), "versions@versions"])
        {
            Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => models.RequireAsync(bad, Cancel))).Code);
            Assert.Equal(ErrorCodes.ModelNotFound, (await Assert.ThrowsAsync<RoadSegException>(() => models.PickAsync(bad, Cancel))).Code);
        }

        // What is asked for is repeated, as far as it could be a name.
        Assert.Contains($"'{new string('a', 130)}'", await SaidOfAsync(new string('a', 130)), StringComparison.Ordinal);
        Assert.DoesNotContain("aaa", await SaidOfAsync(new string('a', 131)), StringComparison.Ordinal);
        Assert.DoesNotContain("a b", await SaidOfAsync("a b"), StringComparison.Ordinal);

        await _registry.PromoteAsync(other, version, "test", Cancel);
        await models.RequireAsync(other, Cancel);
        Assert.Equal(version, (await models.PickAsync(other, Cancel)).Version);

        // Read once: a manifest never changes.
        await storage.Blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Models).DeleteBlobAsync(RoadSeg.Storage.BlobPaths.ModelFile(other, version, "manifest.json"), cancellationToken: Cancel);
        Assert.Equal(version, (await models.PickAsync(other, Cancel)).Version);
        await live.StopAsync(Cancel);

        async Task<string> SaidOfAsync(string asked) => (await Assert.ThrowsAsync<RoadSegException>(() => models.RequireAsync(asked, Cancel))).Message;
    }

    private async Task<string> PublishedAsync(int turn, string? name = null, bool card = false)
    {
        var package = TinyPackages.Write(_folder[$"{name}v{turn}"], name ?? _name, turn, card: card);
        await _registry.PublishAsync(package, "test", null, null, Cancel);
        return package.Manifest.Version;
    }

    private async Task<JsonElement> JsonAsync(string path)
    {
        var answer = await GetAsync(path);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
    }

    private Task<HttpResponseMessage> GetAsync(string path) => _api.Http.GetAsync(new Uri(path.Length == 0 ? "/v1/models" : $"/v1/models/{path}", UriKind.Relative), Cancel);

    private async Task<HttpResponseMessage> SendAsync(string path, string key, string? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/models/{path}", UriKind.Relative));
        request.Headers.Add("x-functions-key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        return await _api.Http.SendAsync(request, Cancel);
    }

    private async Task<(HttpStatusCode Status, JsonElement List)> PostAsync(string path, string key = "operator", string? body = null)
    {
        using var answer = await SendAsync(path, key, body);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement);
    }

    private static async Task<(HttpStatusCode Status, string? Code)> CodeAsync(HttpResponseMessage answer)
    {
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        return (answer.StatusCode, problem.RootElement.GetProperty("code").GetString());
    }
}
