using System.Text;
using Microsoft.Extensions.Configuration;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Tests.Webhooks;

public sealed class WebhookOptionsTests
{
    private static readonly WebhookOptions Standard = new();

    [Fact]
    public void The_signature_is_that_of_the_published_example()
    {
        // The example of the Standard Webhooks reference libraries.
        var secrets = Read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Secrets;

        var signature = WebhookSignature.Of(
            secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("""{"test": 2432232314}"""));

        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void While_secrets_rotate_all_of_them_sign_in_their_order()
    {
        var (old, next) = (Secret(1), Secret(2));

        string Sign(string secrets) => WebhookSignature.Of(Read(secrets).Secrets, "msg_1", DateTimeOffset.UnixEpoch, [1]);

        Assert.Equal($"{Sign(next)} {Sign(old)}", Sign($"{next}, {old}"));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("whsec_not base64 at all, but quite long nevertheless")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,c2hvcnQ=")]
    public void A_secret_of_another_form_stops_the_process_and_is_not_repeated(string secrets)
    {
        var error = Assert.Throws<InvalidOperationException>(() => Read(secrets));

        Assert.Contains("ROADSEG_WEBHOOK_SECRETS", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_setting_there_are_no_webhooks() => Assert.False(Read(null).Enabled);

    [Fact]
    public void A_receiver_that_comes_back_within_half_an_hour_is_tried_within_a_minute()
    {
        var due = Schedule(0);

        Assert.Equal(5, due[0].TotalSeconds);
        Assert.All(due.Zip(due.Skip(1)).Where(pair => pair.First.TotalMinutes < 31), pair => Assert.InRange((pair.Second - pair.First).TotalSeconds, 5, 60));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Attempts_go_on_for_most_of_a_day_and_no_longer(double shortened)
    {
        var due = Schedule(shortened);

        Assert.InRange(due[^1].TotalHours, 18, 24);
        Assert.InRange(due.Count, 40, 120);
        Assert.True(due.Zip(due.Skip(1)).All(pair => pair.Second - pair.First <= TimeSpan.FromHours(6)));
    }

    [Fact]
    public void A_receiver_that_asks_for_time_gets_it_within_bounds()
    {
        Assert.Equal(TimeSpan.FromMinutes(3), Standard.Delay(TimeSpan.Zero, 0.5, TimeSpan.FromMinutes(3)));
        Assert.Equal(TimeSpan.FromHours(1), Standard.Delay(TimeSpan.Zero, 0.5, TimeSpan.FromDays(300)));
        Assert.Equal(TimeSpan.FromSeconds(5), Standard.Delay(TimeSpan.Zero, 0, TimeSpan.FromSeconds(-7)));

        // The fault: a receiver that asked for 12 seconds was called after 87.
        Assert.Equal(TimeSpan.FromSeconds(12), Standard.Delay(TimeSpan.FromSeconds(87), 0, TimeSpan.FromSeconds(12)));
        Assert.Equal(TimeSpan.FromSeconds(12), Standard.Delay(TimeSpan.FromMinutes(39), 0.5, TimeSpan.FromSeconds(12)));

        // For a day nobody is called every few seconds.
        Assert.Equal(TimeSpan.FromMinutes(15), Standard.Delay(TimeSpan.FromHours(1), 0, TimeSpan.FromSeconds(12)));
    }

    [Fact]
    public void A_day_after_the_end_it_is_given_up() => Assert.Null(Standard.Delay(TimeSpan.FromHours(24), 1, null));

    private static List<TimeSpan> Schedule(double shortened)
    {
        var due = new List<TimeSpan>();
        for (var elapsed = TimeSpan.Zero; Standard.Delay(elapsed, shortened, null) is { } delay; due.Add(elapsed))
            elapsed += delay;
        return due;
    }

    private static string Secret(byte seed) => "whsec_" + Convert.ToBase64String(Enumerable.Repeat(seed, 32).ToArray());

    private static WebhookOptions Read(string? secrets) => WebhookOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ROADSEG_WEBHOOK_SECRETS"] = secrets }).Build());
}
