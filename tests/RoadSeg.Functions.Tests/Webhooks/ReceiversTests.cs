using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Tests.Webhooks;

public sealed class ReceiversTests
{
    private static readonly Uri Address = new("https://example.com/hook");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_pause_doubles_while_nobody_answers_up_to_the_steady_delay()
    {
        var receivers = new Receivers(new WebhookOptions(), _time);
        var pauses = new List<double>();
        for (var i = 0; i < 4; i++)
        {
            receivers.Silent("me", Address);
            pauses.Add(receivers.Reserve("me", Address)!.Value.TotalSeconds);
        }

        Assert.Equal([20, 40, 50, 50], pauses);
        Assert.Null(receivers.Reserve("another", Address));
    }

    [Fact]
    public void While_one_call_tries_a_receiver_the_others_ask_again_within_a_pause()
    {
        // The fault: they waited for the whole timeout of that call, a minute here, although it was answered at once.
        var options = new WebhookOptions { Pause = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromMinutes(1) };
        var receivers = new Receivers(options, _time);
        receivers.Silent("me", Address);
        _time.Advance(options.Pause);

        Assert.Null(receivers.Reserve("me", Address));
        Assert.Equal(options.Pause, receivers.Reserve("me", Address));

        _time.Advance(options.Timeout - TimeSpan.FromMilliseconds(300));
        Assert.Equal(TimeSpan.FromMilliseconds(300), receivers.Reserve("me", Address));
        receivers.Answered("me", Address);
        Assert.Null(receivers.Reserve("me", Address));
    }
}
