using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>POST /v1/uploads: what a ticket says, and what is refused.</summary>
public sealed class UploadApiTests(StorageFixture storage) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage, services: services => services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task A_ticket_is_good_for_five_minutes_and_its_job_awaits_the_photo()
    {
        var (status, ticket) = await PostAsync("""{"fileName":"a.png","contentType":"image/png","tags":{"route":"7"}}""");

        Assert.Equal((HttpStatusCode.Created, "PUT"), (status, ticket.GetProperty("method").GetString()));
        Assert.Equal(_time.GetUtcNow().AddMinutes(5), ticket.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.Equal(["BlockBlob", "image/png"], ticket.GetProperty("headers").EnumerateObject().Select(header => header.Value.GetString()));
        var job = await JobAsync(ticket);
        Assert.Equal((JobState.AwaitingUpload, "a.png", "7", Containers.Uploads), (job.State, job.Source.FileName, job.Tags!["route"], job.Source.Container));
        Assert.Equal(BlobPaths.Upload(job.Id), job.Source.Path);
    }

    [Fact]
    public async Task A_job_says_until_when_its_photo_may_come_as_long_as_it_has_not()
    {
        var (_, ticket) = await PostAsync("{}");
        var job = await JobAsync(ticket);
        Assert.Equal(ticket.GetProperty("expiresAt").GetDateTimeOffset(), await UntilAsync());

        await new JobStore(storage.Blobs, storage.Queues, _time).TryMoveAsync(job.Id, JobState.Received, record => record, Cancel);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await UntilAsync());

        async Task<DateTimeOffset?> UntilAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/jobs/{job.Id}", UriKind.Relative)) { Headers = { { "x-functions-key", "uploads" } } };
            using var answer = await _api.Http.SendAsync(request, Cancel);
            return JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(Cancel), JobJson.Default.JobView)!.UploadExpiresAt;
        }
    }

    [Fact]
    public async Task The_same_request_under_one_key_gets_the_same_job_for_what_is_left_of_its_time()
    {
        var key = Guid.NewGuid().ToString();
        var (_, first) = await PostAsync("{}", key);
        _time.Advance(TimeSpan.FromMinutes(2));
        var (_, second) = await PostAsync("{}", key);

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(first.GetProperty("expiresAt").GetDateTimeOffset(), second.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("""{"fileName":"b.png"}""", key)).Status);
    }

    [Theory]
    [InlineData("not json", "application/json", "request-invalid")]
    [InlineData("[]", "application/json", "request-invalid")]
    [InlineData("{}", "text/plain", "content-type-unsupported")]
    [InlineData("{\"model\":\"no-such-model\"}", "application/json", "model-not-found")]
    [InlineData("{\"webhook\":\"https://example.com/\"}", "application/json", "webhooks-disabled")]
    public async Task What_is_no_description_of_an_upload_is_refused(string body, string type, string code)
    {
        var (_, problem) = await PostAsync(body, type: type);

        Assert.Equal(code, problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Without_a_body_there_is_a_ticket_and_a_type_that_is_none_is_left_out()
    {
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(null)).Status);
        foreach (var type in (string[])["", "a b c \\u0007", new string('x', 100)])
        {
            var (status, ticket) = await PostAsync($"{{\"contentType\":\"{type}\"}}");
            Assert.Equal(HttpStatusCode.Created, status);
            Assert.Single(ticket.GetProperty("headers").EnumerateObject());
        }

        var (_, longest) = await PostAsync($"{{\"contentType\":\"{new string('x', 99)}\"}}");
        Assert.Equal(new string('x', 99), longest.GetProperty("headers").GetProperty("Content-Type").GetString());
    }

    private async Task<JobRecord> JobAsync(JsonElement ticket)
    {
        Assert.True(WorkId.TryParse(ticket.GetProperty("id").GetString(), out var id));
        return (await new JobStore(storage.Blobs, storage.Queues, _time).FindAsync(id, Cancel))!.Value;
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(string? body, string? key = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/uploads", UriKind.Relative));
        request.Headers.Add("x-functions-key", "uploads");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        using var answer = await _api.Http.SendAsync(request, Cancel);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement);
    }
}
