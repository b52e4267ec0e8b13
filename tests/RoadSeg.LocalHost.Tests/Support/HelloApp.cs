using System.Text.Json;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

/// <summary>One host with one HTTP function in the JSON form, for the tests of a class that differ in the handler's answer only.</summary>
public sealed class HelloApp : IAsyncLifetime
{
    private TestApp? _app;

    internal TestApp App => _app ?? throw new InvalidOperationException("Not started.");

    public CapturedLogs Logs => App.Logs;

    public async Task<HttpResponseMessage> GetAsync(Answer answer)
    {
        var script = new Script { Answers = { ["Hello"] = [answer] } };
        await File.WriteAllTextAsync(Path.Combine(App.Root, "script.json"), JsonSerializer.Serialize(script));
        return await App.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
    }

    public async ValueTask InitializeAsync() => _app = await new TestApp().Http("Hello").StartAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
