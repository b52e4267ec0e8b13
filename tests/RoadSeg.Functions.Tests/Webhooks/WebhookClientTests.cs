using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Tests.Webhooks;

public sealed class WebhookClientTests
{
    private static readonly WebhookOptions Options = new() { Secrets = [new byte[24]], AllowLoopback = true, Timeout = TimeSpan.FromSeconds(30) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_posted_is_signed_json()
    {
        await using var receiver = await Receiver.StartAsync();

        var outcome = await PostAsync(receiver.Address, Options);

        Assert.True(outcome.Delivered);
        var received = Assert.Single(receiver.Requests);
        Assert.Equal(("msg_1", "application/json", "{}"), (received.Id, received.ContentType, System.Text.Encoding.UTF8.GetString(received.Body)));
        Assert.True(received.IsSignedBy("whsec_" + Convert.ToBase64String(new byte[24])));
    }

    // A proxy would connect for us, to an address that nobody checked.
    [Fact]
    public async Task The_proxy_of_the_machine_is_not_used()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var proxy = await Receiver.StartAsync();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new ProxyOfOne(receiver.Address, proxy.Address);
        try
        {
            using var others = new HttpClient();
            using var passed = await others.PostAsync(receiver.Address, new StringContent("{}"), Cancel);
            Assert.Single(proxy.Requests);

            Assert.True((await PostAsync(receiver.Address, Options)).Delivered);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Single(receiver.Requests);
        Assert.Single(proxy.Requests);
    }

    // Whatever else this process asks meanwhile goes its way without it.
    private sealed class ProxyOfOne(Uri target, Uri proxy) : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri GetProxy(Uri destination) => proxy;

        public bool IsBypassed(Uri host) => host.Port != target.Port;
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed_and_not_a_success(int status)
    {
        await using var target = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = target.Address.ToString();
            context.Response.Headers.SetCookie = "a=b";
            return Task.CompletedTask;
        };

        var outcome = await PostAsync(receiver.Address, Options);

        Assert.Equal((status, false), (outcome.Status, outcome.Delivered));
        Assert.Empty(target.Requests);
    }

    [Fact]
    public async Task What_a_receiver_wants_remembered_is_sent_back_to_nobody()
    {
        await using var receiver = await Receiver.StartAsync();
        var cookies = new List<string>();
        receiver.Answer = context =>
        {
            cookies.Add(context.Request.Headers.Cookie.ToString());
            context.Response.Headers.SetCookie = "seen=yes; Path=/";
            return Task.CompletedTask;
        };
        using var client = new WebhookClient(Options, TimeProvider.System);

        for (var attempt = 0; attempt < 2; attempt++)
            Assert.True((await client.PostAsync(receiver.Address, "msg_1", "{}"u8.ToArray(), Cancel)).Delivered);

        Assert.Equal(["", ""], cookies);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task A_name_that_leads_inside_is_refused_before_a_connection_is_made(string host)
    {
        using var inside = new TcpListener(IPAddress.IPv6Any, 0);
        inside.Server.DualMode = true;
        inside.Start();

        var outcome = await PostAsync(new Uri($"https://{host}:{((IPEndPoint)inside.LocalEndpoint).Port}/"), Options with { AllowLoopback = false });

        Assert.Equal((null, "the address is not on the public internet"), (outcome.Status, outcome.Error));
        Assert.False(inside.Pending());
    }

    [Fact]
    public async Task Where_loopback_is_allowed_other_private_addresses_are_refused_still()
    {
        var outcome = await PostAsync(new Uri("http://10.255.255.1:9/"), Options);

        Assert.Equal("the address is not on the public internet", outcome.Error);
    }

    // 0.0.0.0 leads to this machine too and is not allowed, as an address inside a network is not.
    [Theory]
    [InlineData("0.0.0.0", "127.0.0.2")]
    [InlineData("127.0.0.2", "0.0.0.0")]
    public async Task A_name_that_leads_inside_too_is_connected_to_at_the_address_that_was_checked(params string[] resolved)
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        using var client = new WebhookClient(
            Options with { Timeout = TimeSpan.FromSeconds(10) }, TimeProvider.System, (_, _) => Task.FromResult<IPAddress[]>([.. resolved.Select(IPAddress.Parse)]));

        // Nobody listens at the address that is allowed.
        var refused = await client.PostAsync(new Uri($"http://receiver.example:{port}/"), "msg_1", "{}"u8.ToArray(), Cancel);
        Assert.Equal("no connection", refused.Error);
        Assert.False(inside.Pending());

        using var allowed = new TcpListener(IPAddress.Parse("127.0.0.2"), port);
        allowed.Start();
        var connected = allowed.AcceptTcpClientAsync(Cancel).AsTask();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var posted = client.PostAsync(new Uri($"http://receiver.example:{port}/"), "msg_1", "{}"u8.ToArray(), stop.Token);
        using var connection = await connected.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.False(inside.Pending());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posted);
    }

    [Fact]
    public async Task A_name_is_looked_up_for_every_attempt_that_makes_a_connection()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        };
        var asked = new List<string>();
        using var client = new WebhookClient(Options, TimeProvider.System, (name, _) =>
        {
            asked.Add(name);
            return Task.FromResult<IPAddress[]>(asked.Count == 1 ? [IPAddress.Loopback] : [IPAddress.Parse("10.255.255.1")]);
        });
        var address = new Uri($"http://receiver.example:{receiver.Address.Port}/");

        Assert.True((await client.PostAsync(address, "msg_1", "{}"u8.ToArray(), Cancel)).Delivered);
        Assert.Equal("the address is not on the public internet", (await client.PostAsync(address, "msg_2", "{}"u8.ToArray(), Cancel)).Error);

        Assert.Equal(["receiver.example", "receiver.example"], asked);
    }

    [Fact]
    public async Task A_receiver_that_never_answers_is_given_up_on_time()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);

        var outcome = await PostAsync(receiver.Address, Options with { Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((null, "no answer within 0.3 s"), (outcome.Status, outcome.Error));
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async context =>
        {
            var piece = new byte[65536];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        };

        Assert.True((await PostAsync(receiver.Address, Options)).Delivered);
    }

    [Fact]
    public async Task An_answer_with_headers_beyond_16_kilobytes_is_none()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.Headers["x-long"] = new string('x', 20_000);
            return Task.CompletedTask;
        };

        Assert.Equal((null, "the connection ended without an answer"), ((await PostAsync(receiver.Address, Options)).Status, (await PostAsync(receiver.Address, Options)).Error));
    }

    [Fact]
    public async Task Who_stops_the_attempt_hears_of_it_and_no_outcome_is_made_of_it()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var client = new WebhookClient(Options, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var posted = client.PostAsync(receiver.Address, "msg_1", "{}"u8.ToArray(), stop.Token);
        await Eventually.TrueAsync(() => !receiver.Requests.IsEmpty, "the call");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => posted);
    }

    [Fact]
    public async Task Where_loopback_is_not_allowed_nothing_is_posted_without_tls()
    {
        await using var receiver = await Receiver.StartAsync();

        var outcome = await PostAsync(receiver.Address, Options with { AllowLoopback = false });

        Assert.Equal((null, "the address does not begin with https://"), (outcome.Status, outcome.Error));
        Assert.Empty(receiver.Requests);
    }

    [Fact]
    public async Task A_receiver_that_is_down_or_speaks_no_tls_is_told_apart()
    {
        var receiver = await Receiver.StartAsync();
        var address = receiver.Address;

        var plain = await PostAsync(new Uri($"https://127.0.0.1:{address.Port}/"), Options);
        await receiver.DisposeAsync();
        var down = await PostAsync(address, Options);
        var unknown = await PostAsync(new Uri("https://no-such-name.invalid/"), Options);

        Assert.StartsWith("no secure connection", plain.Error, StringComparison.Ordinal);
        Assert.Equal("no connection", down.Error);
        Assert.Equal("the name is not known", unknown.Error);
    }

    [Fact]
    public async Task The_time_a_receiver_asks_for_is_read()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        };

        Assert.Equal(TimeSpan.FromMinutes(2), (await PostAsync(receiver.Address, Options)).RetryAfter);
    }

    private static async Task<WebhookOutcome> PostAsync(Uri url, WebhookOptions options)
    {
        using var client = new WebhookClient(options, TimeProvider.System);
        return await client.PostAsync(url, "msg_1", "{}"u8.ToArray(), Cancel);
    }
}
