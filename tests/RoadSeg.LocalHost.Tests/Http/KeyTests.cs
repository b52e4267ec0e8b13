using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Tests;

public sealed class KeyTests
{
    [Fact]
    public async Task Keys_open_what_they_do_on_the_official_host_and_the_master_key_even_what_is_disabled()
    {
        await using var app = new TestApp { Settings = { ["AzureWebJobs.Setting.Disabled"] = "true" } };
        await app.StartAsync(o => o with { RequireKeys = true });
        var keys = JObject.Parse(await File.ReadAllTextAsync(app.Host.KeyFile!));
        var (master, host) = ((string)keys["master"]!, (string)keys["host"]!["default"]!);
        var (own, other) = ((string)keys["functions"]!["Locked"]!["default"]!, (string)keys["functions"]!["Echo"]!["default"]!);

        Assert.Equal(200, await Get("/digits"));
        Assert.Equal(401, await Get("/locked"));
        Assert.Equal(200, await Get("/locked", header: own));
        Assert.Equal(200, await Get("/locked", query: own));
        Assert.Equal(401, await Get("/locked", header: "wrong", query: own));
        Assert.Equal(401, await Get("/locked", header: other));
        Assert.Equal(401, await Get("/locked", query: own[..^1]));
        Assert.Equal(200, await Get("/locked", header: host));
        Assert.Equal(200, await Get("/locked", header: master));
        Assert.Equal(404, await Get("/setting/PATH", header: host));
        Assert.Equal(200, await Get("/setting/PATH", header: master));
        Assert.Equal(401, await Get("/admin/host/status"));
        Assert.Equal(403, await Get("/admin/host/status", header: host));
        Assert.Equal(200, await Get("/admin/host/status", header: master));

        async Task<int> Get(string path, string? header = null, string? query = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path + (query is null ? "" : $"?code={Uri.EscapeDataString(query)}"));
            if (header is not null) request.Headers.Add("x-functions-key", header);
            using var answer = await app.Client.SendAsync(request);
            if (answer.StatusCode is System.Net.HttpStatusCode.Unauthorized) Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
            return (int)answer.StatusCode;
        }
    }

    [Fact]
    public async Task Keys_are_kept_between_runs_and_only_their_owner_can_read_them()
    {
        await using var app = new TestApp();
        await app.StartAsync(o => o with { RequireKeys = true });
        var (file, before) = (app.Host.KeyFile!, await File.ReadAllTextAsync(app.Host.KeyFile!));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        }
        await using (var second = await FunctionsHost.StartAsync(app.Options with { RequireKeys = true })) Assert.Equal(file, second.KeyFile);
        Assert.Equal(before, await File.ReadAllTextAsync(file));
    }
}
