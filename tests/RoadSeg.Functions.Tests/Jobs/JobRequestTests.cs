using System.Net;
using System.Net.Http.Json;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Submitting, asking, listing and canceling, as a client does it.</summary>
public sealed class JobRequestTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task With_a_preference_to_wait_the_answer_is_the_ended_job()
    {
        using var answer = await SubmitAsync(Photos.Fixture("grey.jpg"), prefer: "wait=30");

        var job = await ViewAsync(answer);
        Assert.Equal((HttpStatusCode.OK, JobState.Succeeded), (answer.StatusCode, job.State));
        Assert.Equal("wait=30", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
        Assert.NotNull(answer.Headers.Location);
    }

    [Fact]
    public async Task A_wait_that_is_too_short_answers_202_with_the_job_as_it_stands()
    {
        using var answer = await SubmitAsync(Photos.Street, prefer: "respond-async, wait=0");

        var job = await ViewAsync(answer);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(job.Id)).State);
    }

    [Fact]
    public async Task A_hundred_submissions_at_once_under_one_key_make_one_job_with_one_run()
    {
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            using var answer = await SubmitAsync(Photos.Fixture("grey.jpg"), key: key);
            return (answer.StatusCode, (await ViewAsync(answer)).Id);
        }));

        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.OK }));
        var id = Assert.Single(answers.Select(answer => answer.Id).Distinct());
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(id)).State);

        // After the end the key still stands for that job, and for no other request.
        using var again = await SubmitAsync(Photos.Fixture("grey.jpg"), key: key);
        Assert.Equal((HttpStatusCode.OK, id), (again.StatusCode, (await ViewAsync(again)).Id));
        using var other = await SubmitAsync(Photos.Street, key: key);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Contains("idempotency-conflict", await other.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(1, (await RecordAsync(id)).Attempt);
    }

    [Fact]
    public async Task An_upload_key_asked_for_twice_under_one_idempotency_key_is_for_one_job()
    {
        var key = Guid.NewGuid().ToString();
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/uploads") { Content = JsonContent.Create(new UploadRequest { FileName = "a.jpg" }, JobJson.Default.UploadRequest) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await Service.Api.SendAsync(request, Cancel);
            return (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!.Id;
        }));

        Assert.Single(ids.Distinct());
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("")]
    public async Task An_idempotency_key_of_another_form_is_refused(string key)
    {
        using var answer = await SubmitAsync(Photos.Fixture("grey.jpg"), key: key);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Asking_again_with_the_tag_of_the_last_answer_costs_no_body_until_the_job_changes()
    {
        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest());
        using var first = await AskAsync(ticket.Id);
        var tag = first.Headers.ETag!.ToString();
        using var second = await AskAsync(ticket.Id, tag);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);

        // A long poll with the tag ends with the first change, not with the end of the job.
        var waiting = AskAsync(ticket.Id, tag, wait: 30);
        Assert.False(waiting.IsCompleted);
        await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Street);
        using var changed = await waiting;
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(JobState.AwaitingUpload, (await ViewAsync(changed)).State);

        using var ended = await AskAsync(ticket.Id, wait: 30);
        Assert.Equal(JobState.Succeeded, (await ViewAsync(ended)).State);
        Assert.Null(ended.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("61")]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task A_wait_out_of_range_is_refused(string wait)
    {
        using var answer = await Service.Api.GetAsync(new Uri($"/v1/jobs/{WorkId.New(TimeProvider.System)}?wait={wait}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_in_stable_pages_and_by_state()
    {
        var made = new List<WorkId>();
        // Enough to fill three pages by themselves: with five, the test failed where it was the first of its run to make jobs.
        for (var i = 0; i < 6; i++)
            made.Insert(0, (await UploadTickets.IssueAsync(Service.Api, new UploadRequest { FileName = $"{i}.jpg" })).Id);

        var first = await PageAsync("limit=2");
        Assert.Equal(2, first.Items.Count);

        // What comes meanwhile stands before the first page and moves no later one.
        await UploadTickets.IssueAsync(Service.Api, new UploadRequest());
        var second = await PageAsync($"limit=2&after={first.Next}");
        var third = await PageAsync($"limit=2&after={second.Next}");
        var walked = first.Items.Concat(second.Items).Concat(third.Items).Select(job => job.Id).ToArray();
        Assert.Equal(6, walked.Distinct().Count());
        Assert.Equal(walked.Where(made.Contains), made.Where(walked.Contains));

        var awaited = await PageAsync("limit=50&state=awaiting-upload");
        Assert.All(awaited.Items, job => Assert.Equal(JobState.AwaitingUpload, job.State));
        Assert.Superset(made.ToHashSet(), awaited.Items.Select(job => job.Id).ToHashSet());
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("state=done")]
    [InlineData("after=%25%25")]
    [InlineData("after=xxxxxxxx")] // a place of bytes that XML cannot hold was a 500, found by the fuzz run
    public async Task A_list_with_a_parameter_out_of_range_is_refused(string query)
    {
        using var answer = await Service.Api.GetAsync(new Uri($"/v1/jobs?{query}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("request-invalid", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_canceled_job_is_never_run_and_canceling_again_changes_nothing()
    {
        var ticket = await UploadTickets.IssueAsync(Service.Api, new UploadRequest());

        var canceled = await CancelAsync(ticket.Id);
        Assert.Equal(JobState.Canceled, canceled.State);
        Assert.Equal(canceled.Times, (await CancelAsync(ticket.Id)).Times);

        // The photo comes all the same: its event finds a job that has ended.
        await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Fixture("grey.jpg"));
        Assert.Equal(JobState.Succeeded, (await Service.DroppedAsync(Photos.Fixture("grey.jpg"))).State);
        var record = await RecordAsync(ticket.Id);
        Assert.Equal((JobState.Canceled, 0), (record.State, record.Attempt));
    }

    [Fact]
    public async Task Canceling_a_job_that_succeeded_answers_its_success()
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"));

        Assert.Equal(JobState.Succeeded, (await CancelAsync(job.Id)).State);
        Assert.NotEmpty(await Service.GetAsync(job.Links["mask"]));
    }

    [Fact]
    public async Task Models_and_labels_say_what_serves_and_what_a_masks_values_mean()
    {
        var models = System.Text.Json.Nodes.JsonNode.Parse(await Service.GetAsync("/v1/models"))!["items"]![0]!;
        var manifest = System.Text.Json.Nodes.JsonNode.Parse(await Service.GetAsync((string)models["links"]!["self"]!))!;
        var labels = System.Text.Json.Nodes.JsonNode.Parse(await Service.GetAsync("/v1/labels"))!["items"]![0]!;

        Assert.Equal((string)models["version"]!, (string)manifest["version"]!);
        Assert.Equal("road", (string)labels["classes"]![3]!["name"]!);
        using var none = await Service.Api.GetAsync(new Uri("/v1/models/nobody/versions/1", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private async Task<HttpResponseMessage> SubmitAsync(byte[] photo, string? prefer = null, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = new ByteArrayContent(photo) { Headers = { ContentType = new("image/jpeg") } } };
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await Service.Api.SendAsync(request, Cancel);
    }

    private async Task<HttpResponseMessage> AskAsync(WorkId id, string? tag = null, int? wait = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}{(wait is null ? "" : $"?wait={wait}")}");
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return await Service.Api.SendAsync(request, Cancel);
    }

    private async Task<JobPage> PageAsync(string query) =>
        (await Service.Api.GetFromJsonAsync(new Uri($"/v1/jobs?{query}", UriKind.Relative), JobJson.Default.JobPage, Cancel))!;

    private async Task<JobView> CancelAsync(WorkId id)
    {
        using var answer = await Service.Api.DeleteAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await ViewAsync(answer);
    }

    private async Task<JobRecord> RecordAsync(WorkId id) => (await new JobStore(Service.Blobs, Service.Queues, TimeProvider.System).FindAsync(id, Cancel))!.Value;

    private static async Task<JobView> ViewAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;
}
