using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A stack that signs webhooks with two secrets, may call loopback, and tries again soon.</summary>
public sealed class WebhookFixture : IAsyncLifetime
{
    public static string NewSecret { get; } = "whsec_" + Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    public static string OldSecret { get; } = "whsec_" + Convert.ToBase64String([.. Enumerable.Repeat((byte)9, 24)]);

    internal LocalStack Stack { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Stack = await LocalStack.StartAsync(
        new LocalStackOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ROADSEG_WEBHOOK_SECRETS"] = $"{NewSecret},{OldSecret}",
                ["ROADSEG_WEBHOOK_ALLOW_LOOPBACK"] = "1",
                ["ROADSEG_WEBHOOK_FIRST_DELAY"] = "00:00:01",
                ["ROADSEG_WEBHOOK_STEADY_DELAY"] = "00:00:01",
                ["ROADSEG_WEBHOOK_PAUSE"] = "00:00:01",
                ["ROADSEG_WEBHOOK_TIMEOUT"] = "00:01:00",
            },
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync() => await Stack.DisposeAsync();
}

public sealed class WebhookTests(WebhookFixture fixture) : IClassFixture<WebhookFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_end_of_a_job_is_told_in_a_message_that_both_secrets_sign()
    {
        await using var receiver = await Receiver.StartAsync();
        var id = await SubmitAsync(Photos.Fixture("grey.jpg"), receiver.Address);

        var job = await UntilAsync(id, job => job.Webhook?.DeliveredAt is not null);

        var received = Assert.Single(receiver.Requests);
        Assert.True(received.IsSignedBy(WebhookFixture.NewSecret) && received.IsSignedBy(WebhookFixture.OldSecret), received.Signature);
        Assert.False(received.IsSignedBy("whsec_" + Convert.ToBase64String(new byte[24])));
        var told = JsonSerializer.Deserialize(received.Body, JobJson.Default.WebhookEvent)!;
        Assert.Equal(("job.succeeded", id, JobState.Succeeded, job.Times.FinishedAt), (told.Type, told.Data.Id, told.Data.State, told.Timestamp));
        Assert.Equal(job.Links["mask"], told.Data.Links["mask"]);
        Assert.Equal(204, Assert.Single(job.Webhook!.Deliveries).Status);
    }

    [Fact]
    public async Task A_webhook_named_with_a_photo_in_the_body_is_told_and_one_inside_the_network_is_refused_with_the_photo()
    {
        await using var receiver = await Receiver.StartAsync();
        using var body = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        using var answer = await fixture.Stack.Api.PostAsync(new Uri($"/v1/jobs?webhook={Uri.EscapeDataString(receiver.Address.AbsoluteUri)}", UriKind.Relative), body, Cancel);
        var id = (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id;

        await UntilAsync(id, job => job.Webhook?.DeliveredAt is not null);
        Assert.Equal(id, JsonSerializer.Deserialize(Assert.Single(receiver.Requests).Body, JobJson.Default.WebhookEvent)!.Data.Id);

        foreach (var inside in new[] { "https://10.0.0.1/", "https://169.254.169.254/", "http://example.com/", "https://user:pass@example.com/" })
        {
            using var request = JsonContent.Create(new UploadRequest { Webhook = inside }, JobJson.Default.UploadRequest);
            using var refused = await fixture.Stack.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), request, Cancel);
            Assert.Contains("webhook-url-invalid", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_job_that_fails_is_told_with_its_code()
    {
        await using var receiver = await Receiver.StartAsync();
        var id = await SubmitAsync(Photos.Street[..300], receiver.Address);

        await UntilAsync(id, job => job.Webhook?.DeliveredAt is not null);

        var told = JsonSerializer.Deserialize(Assert.Single(receiver.Requests).Body, JobJson.Default.WebhookEvent)!;
        Assert.Equal(("job.failed", "image-corrupt"), (told.Type, told.Data.Failure!.Code));
    }

    [Fact]
    public async Task A_receiver_that_was_down_has_its_webhooks_when_it_is_back()
    {
        var receiver = await Receiver.StartAsync();
        var address = receiver.Address;
        await receiver.DisposeAsync();
        var ids = new List<WorkId>();
        for (var i = 0; i < 5; i++)
            ids.Add(await SubmitAsync(Photos.Fixture("grey.jpg"), address));
        await UntilAsync(ids[0], job => job.Webhook?.Deliveries.Count > 1);

        receiver = await Receiver.StartAsync(address.Port);
        foreach (var id in ids)
            await UntilAsync(id, job => job.Webhook?.DeliveredAt is not null);

        Assert.Equal(ids.Select(id => $"msg_{id}").Order(), receiver.Requests.Select(request => request.Id).Distinct().Order());

        // One of them found out for all: the others may have waited without a try of their own.
        var jobs = await Task.WhenAll(ids.Select(id => UntilAsync(id, _ => true)));
        Assert.Contains(jobs.SelectMany(job => job.Webhook!.Deliveries), delivery => delivery.Error == "no connection");
        await receiver.DisposeAsync();
    }

    [Fact]
    public async Task Every_attempt_carries_the_same_id_and_the_same_bytes()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Receiver.With(receiver.Requests.Count < 3 ? 500 : 200)(context);
        var id = await SubmitAsync(Photos.Fixture("grey.jpg"), receiver.Address);

        var job = await UntilAsync(id, job => job.Webhook?.DeliveredAt is not null);

        Assert.Equal([500, 500, 200], job.Webhook!.Deliveries.Select(delivery => delivery.Status));
        Assert.Equal($"msg_{id}", Assert.Single(receiver.Requests.Select(request => request.Id).Distinct()));
        Assert.Single(receiver.Requests.Select(request => Convert.ToBase64String(request.Body)).Distinct());
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_up_no_job()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var told = await SubmitAsync(Photos.Fixture("grey.jpg"), receiver.Address);
        await UntilAsync(told, _ => !receiver.Requests.IsEmpty);

        // While the call hangs: the job it is about has ended, and others begin and end.
        Assert.Equal(JobState.Succeeded, (await UntilAsync(told, job => job.State.IsTerminal())).State);
        var others = new List<WorkId>();
        for (var i = 0; i < 5; i++)
            others.Add(await SubmitAsync(Photos.Fixture("grey.jpg"), receiver.Address));
        foreach (var other in others)
            Assert.Equal(JobState.Succeeded, (await UntilAsync(other, job => job.State.IsTerminal())).State);
        Assert.Empty((await UntilAsync(told, _ => true)).Webhook!.Deliveries);
    }

    [Theory]
    [InlineData("DeliverWebhook")]
    [InlineData("FailPoisonedWebhook")]
    public async Task Nobody_outside_can_have_a_webhook_sent(string function)
    {
        using var answer = await fixture.Stack.Api.PostAsync(new Uri($"/{function}", UriKind.Relative), JsonContent.Create(new { }), Cancel);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task An_address_inside_the_network_is_not_called_and_the_job_says_so()
    {
        var id = await SubmitAsync(Photos.Fixture("grey.jpg"), new Uri("https://169.254.169.254/metadata"));

        var job = await UntilAsync(id, job => job.Webhook?.Deliveries.Count > 0);

        Assert.Equal((JobState.Succeeded, "the address is not on the public internet"), (job.State, job.Webhook!.Deliveries[0].Error));
    }

    // An upload key first, so that the webhook stands in the record before the photo comes. What a caller may ask for is checked at the
    // submission; here any address is tried.
    private async Task<WorkId> SubmitAsync(byte[] photo, Uri receiver)
    {
        using var answer = await fixture.Stack.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), null, Cancel);
        var ticket = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!;
        var jobs = new JobStore(fixture.Stack.Blobs, fixture.Stack.Queues, TimeProvider.System);
        await jobs.AmendAsync(ticket.Id, record => record with { Webhook = new JobWebhook { Url = receiver.AbsoluteUri } }, Cancel);
        await new BlobClient(ticket.Url).UploadAsync(BinaryData.FromBytes(photo), new BlobUploadOptions(), Cancel);
        return ticket.Id;
    }

    private Task<JobView> UntilAsync(WorkId id, Func<JobView, bool> when) => Eventually.GetAsync(
        () => fixture.Stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), JobJson.Default.JobView, Cancel),
        $"a state of job {id}", when);
}
