using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Webhooks;

/// <summary>A test call, and a delivery that is asked for again. A storage of its own: it looks into the queue.</summary>
public sealed class WebhookEndpointTests : IAsyncLifetime
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly StorageFixture _own = new();
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _own.InitializeAsync();
        _api = await ApiService.StartAsync(_own, more: [("ROADSEG_WEBHOOK_SECRETS", Secret), ("ROADSEG_WEBHOOK_ALLOW_LOOPBACK", "1")]);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _own.DisposeAsync();
    }

    [Fact]
    public async Task A_test_call_is_signed_as_every_webhook_and_tells_what_came_of_it()
    {
        await using var receiver = await Receiver.StartAsync();

        var told = await TestAsync(receiver.Address.ToString());

        var received = Assert.Single(receiver.Requests);
        Assert.Equal((true, 204, null, received.Id), (told.Delivered, told.Status, told.Error, told.Id));
        Assert.True(received.IsSignedBy(Secret));
        using var body = JsonDocument.Parse(received.Body);
        Assert.Equal("webhook.test", body.RootElement.GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Object, body.RootElement.GetProperty("data").ValueKind);

        receiver.Answer = Receiver.With(401);
        Assert.Equal((false, 401), ((await TestAsync(receiver.Address.ToString())) is var refused ? (refused.Delivered, refused.Status) : default));
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_is_an_answer_and_no_failure()
    {
        string address;
        await using (var receiver = await Receiver.StartAsync())
            address = receiver.Address.ToString();

        Assert.Equal((false, null, "no connection"), (await TestAsync(address)) is var told ? (told.Delivered, told.Status, told.Error) : default);
    }

    [Theory]
    [InlineData("""{"url":"https://10.0.0.1/"}""", HttpStatusCode.UnprocessableEntity, "webhook-url-invalid")]
    [InlineData("""{"url":"nonsense"}""", HttpStatusCode.UnprocessableEntity, "webhook-url-invalid")]
    [InlineData("""{"adress":"https://a.example/"}""", HttpStatusCode.BadRequest, "request-invalid")]
    [InlineData("""{}""", HttpStatusCode.BadRequest, "request-invalid")]
    [InlineData("""null""", HttpStatusCode.BadRequest, "request-invalid")]
    [InlineData("""[""", HttpStatusCode.BadRequest, "request-invalid")]
    public async Task An_address_that_is_not_called_is_refused(string body, HttpStatusCode status, string code)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _api.Http.PostAsync(new Uri("/v1/webhooks/test", UriKind.Relative), content, Cancel);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(code, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_is_asked_for_again_by_the_job_and_refused_where_there_is_none()
    {
        var told = await EndedAsync(new JobWebhook { Url = "https://a.example/", DeliveredAt = TimeProvider.System.GetUtcNow(), Deliveries = [new WebhookDelivery(1, TimeProvider.System.GetUtcNow(), 200, null, null)] });
        var (queue, line) = (_own.Queues.GetQueueClient(Queues.WebhookDeliveries), 0);

        using var again = await _api.Http.PostAsync(new Uri($"/v1/jobs/{told}/webhook", UriKind.Relative), null, Cancel);
        using var none = await _api.Http.PostAsync(new Uri($"/v1/jobs/{await EndedAsync(null)}/webhook", UriKind.Relative), null, Cancel);

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        var job = (await again.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;
        Assert.True(job.Webhook is { DeliveredAt: null, RestartedAt: not null });
        foreach (var message in (await queue.PeekMessagesAsync(32, Cancel)).Value)
            line += JsonSerializer.Deserialize(message.Body.ToMemory().Span, JobJson.Default.WebhookMessage) is { Attempt: 2 } due && due.JobId == told ? 1 : 0;
        Assert.Equal(1, line);
        Assert.Equal(HttpStatusCode.Conflict, none.StatusCode);
        Assert.Contains("webhook-not-due", await none.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<WebhookTestResult> TestAsync(string url)
    {
        using var answer = await _api.Http.PostAsJsonAsync(new Uri("/v1/webhooks/test", UriKind.Relative), new WebhookTestRequest(url), JobJson.Default.WebhookTestRequest, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.WebhookTestResult, Cancel))!;
    }

    private async Task<WorkId> EndedAsync(JobWebhook? webhook)
    {
        var id = WorkId.New(TimeProvider.System, Callers.Local);
        var now = TimeProvider.System.GetUtcNow();
        await new JobStore(_own.Blobs, _own.Queues, TimeProvider.System).CreateAsync(
            new JobRecord { Id = id, State = JobState.Failed, Source = new JobSource(Containers.Submitted, "a", null, null), Times = new JobTimes { CreatedAt = now, FinishedAt = now }, Webhook = webhook }, Cancel);
        return id;
    }
}
