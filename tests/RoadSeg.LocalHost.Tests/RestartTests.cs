using Microsoft.Extensions.Time.Testing;
using RoadSeg.LocalHost.Handler;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class RestartTests
{
    [Fact, Trait("Contract", "5")]
    public async Task Two_error_exits_are_restarted_on_the_same_port_with_a_new_worker_id()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { Exits = [1, 1] };
        await app.StartAsync();
        var starts = app.Starts();
        Assert.Equal(3, starts.Length);
        Assert.Single(starts.Select(s => s.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"]).Distinct());
        Assert.Equal(3, starts.Select(s => s.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"]).Distinct().Count());
        using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact, Trait("Contract", "5")]
    public async Task The_third_error_exit_stops_the_host_and_names_the_last_lines_of_stderr()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { Exits = [1, 2, 3], ErrorOutput = ["the model file is missing"] };
        await app.StartAsync(untilReady: false);
        var reason = await app.Host.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Contains("Exceeded http worker restart retry count. Shutting down Functions Host", reason);
        Assert.Contains("exited with code 3 (0x3)", reason);
        Assert.Contains("the model file is missing", reason);
        Assert.Equal(3, app.Starts().Length);
    }

    [Fact, Trait("Contract", "5")]
    public async Task Exit_200_is_restarted_any_number_of_times()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script { Exits = [200, 200, 200, 200] };
        await app.StartAsync();
        Assert.Equal(5, app.Starts().Length);
    }

    [Fact, Trait("Contract", "5")]
    public async Task Exit_0_is_not_restarted_and_later_calls_fail()
    {
        await using var app = new TestApp().Http("Bye").Http("Hello").Answers("Bye", new Answer { Exit = 0 });
        await app.StartAsync();
        using (var bye = await app.Client.GetAsync(new Uri("/api/Bye", UriKind.Relative))) Assert.Equal(500, (int)bye.StatusCode);
        using (var later = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative))) Assert.Equal(500, (int)later.StatusCode);
        Assert.Single(app.Starts());
        Assert.False(app.Host.Completion.IsCompleted);
    }

    [Fact, Trait("Contract", "5")]
    public void Errors_count_only_while_each_follows_the_one_before_within_thirty_minutes()
    {
        var clock = new FakeTimeProvider();
        var policy = new RestartPolicy(clock);
        Assert.True(policy.MayRestartAfterError());
        clock.Advance(TimeSpan.FromMinutes(30));
        Assert.True(policy.MayRestartAfterError());
        clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(1));
        Assert.True(policy.MayRestartAfterError());
        Assert.True(policy.MayRestartAfterError());
        Assert.False(policy.MayRestartAfterError());
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_a_request_fails_it_and_the_next_waits_for_the_new_process()
    {
        await using var app = new TestApp().Http("Crash").Http("Hello").Answers("Crash", new Answer { Exit = 7 });
        await app.StartAsync();
        using (var crash = await app.Client.GetAsync(new Uri("/api/Crash", UriKind.Relative))) Assert.Equal(500, (int)crash.StatusCode);
        await Eventually.TrueAsync(() => app.Host.HandlerStartCount == 2, "the second start");
        using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }
}
