using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class ReadinessTests
{
    [Fact, Trait("Contract", "4")]
    public async Task A_handler_that_listens_late_and_answers_404_is_ready()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { ListenAfterMs = 2000 };
        await app.StartAsync(untilReady: false);
        Assert.False(app.Host.HandlerReady.IsCompleted);
        await app.Host.HandlerReady;
        Assert.Single(app.Starts());
    }

    [Fact, Trait("Contract", "4")]
    public async Task A_handler_that_never_listens_is_started_three_times_and_then_the_host_stops()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { NeverListen = true };
        app.CustomHandler["initializationTimeout"] = "00:00:01.500";
        await app.StartAsync(untilReady: false);

        // A request that waits for the handler is told that there will be none.
        var waiting = app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        var reason = await app.Host.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains("Exceeded http worker restart retry count", reason);
        Assert.Contains("Initializing HttpWorker timed out.", reason);
        Assert.Equal(3, app.Host.HandlerStartCount);
        using var answer = await waiting;
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal("Function host is not running.", await answer.Content.ReadAsStringAsync());
        Assert.True(app.Host.HandlerReady.IsCanceled);
    }

    [Fact, Trait("Contract", "4")]
    public async Task An_executable_that_does_not_exist_counts_as_a_failed_start()
    {
        await using var app = new TestApp().Http("Hello");
        app.CustomHandler["description"]!["defaultExecutablePath"] = "no-such-handler";
        await app.StartAsync(untilReady: false);
        Assert.Contains("no-such-handler", await app.Host.Completion.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_request_before_the_handler_is_ready_waits_for_it()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { ListenAfterMs = 1000 };
        await app.StartAsync(untilReady: false);
        using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_function_no_handler_is_started()
    {
        await using var app = await new TestApp().StartAsync();
        Assert.Equal(0, app.Host.HandlerStartCount);
        Assert.Contains("up and running", await app.Client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }

    [Fact]
    public async Task A_fixed_handler_port_is_used()
    {
        await using var app = new TestApp().Http("Hello");
        using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        free.Start();
        var port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        app.CustomHandler["port"] = port;
        await Assert.ThrowsAsync<HostConfigurationException>(() => app.StartAsync());
        free.Stop();
        await app.StartAsync();
        Assert.Equal($"{port}", app.Starts()[^1].Environment["FUNCTIONS_CUSTOMHANDLER_PORT"]);
    }
}
