using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.EndToEnd.Tests.Telemetry.Otlp;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests.Telemetry;

public sealed class TraceTests(TelemetryFixture fixture) : IClassFixture<TelemetryFixture>
{
    private const double Allowed = 0.05;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly string[] Prepared = ["decode", "store", "enqueue"];
    private static readonly string[] Uploaded = ["upload", "wait-upload", "take", "read", .. Prepared];
    private static readonly string[] Segmented = ["wait-segmentation", "claim", "fetch", "wait-model", "infer", "upsample", "encode", "commit"];

    [Fact]
    public async Task One_trace_leads_from_the_callers_request_through_both_queues_to_the_webhook()
    {
        await using var receiver = await Receiver.StartAsync();
        var (trace, job) = await UploadAsync(receiver);
        var spans = await fixture.Collector.TraceAsync(trace, spans => spans.Any(span => span.Name == "DeliverWebhook"));

        var request = Single(spans, "POST /v1/uploads");
        var preprocess = Single(spans, "PreprocessUpload");
        var segment = Single(spans, "SegmentImage");
        var webhook = Single(spans, "DeliverWebhook");
        Assert.Equal((request.SpanId, preprocess.SpanId, segment.SpanId), (preprocess.ParentSpanId, segment.ParentSpanId, webhook.ParentSpanId));

        // Nothing hangs loose: only the request's own parent, the host's, is not among them.
        var known = spans.Select(span => span.SpanId).ToHashSet();
        Assert.Equal(request, Assert.Single(spans, span => !known.Contains(span.ParentSpanId)));
        Assert.All(spans.Where(span => Tag(span, "roadseg.job.id") is { } id && id.Length > 0), span => Assert.Equal(job.Id.ToString(), Tag(span, "roadseg.job.id")));
        Assert.DoesNotContain(fixture.Collector.Spans, span => Tag(span, "roadseg.job.id") == job.Id.ToString() && Collector.Hex(span.TraceId) != trace);

        // Work that the host began is linked to the host's own trace, and the receiver is told of ours.
        // A job that was begun at once has no invocation of the host's.
        Assert.All(new[] { preprocess, webhook }, span => Assert.NotEqual(trace, Collector.Hex(Assert.Single(span.Links).TraceId)));
        Assert.All(segment.Links, link => Assert.NotEqual(trace, Collector.Hex(link.TraceId)));
        Assert.Contains(trace, Assert.Single(receiver.Requests).TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_photo_in_a_body_is_prepared_in_the_span_of_its_request_and_segmented_below_it()
    {
        var (trace, _) = await SubmitAsync();
        var spans = await fixture.Collector.TraceAsync(trace, spans => spans.Any(span => span.Name == "SegmentImage") && spans.Any(span => span.Name == "POST /v1/jobs"));

        var request = Single(spans, "POST /v1/jobs");
        Assert.DoesNotContain(spans, span => span.Name == "PreprocessUpload");
        Assert.All((string[])["accept", .. Prepared, "SegmentImage"], name => Assert.Equal(request.SpanId, Single(spans, name).ParentSpanId));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_stages_of_a_job_sum_to_its_wall_time(bool byKey)
    {
        var first = byKey ? "POST /v1/uploads" : "POST /v1/jobs";
        var (trace, job) = byKey ? await UploadAsync(null) : await SubmitAsync();
        var spans = await fixture.Collector.TraceAsync(trace, spans => spans.Any(span => span.Name == "SegmentImage") && spans.Any(span => span.Name == first));

        var stages = spans.Where(span => Tag(span, "roadseg.stage").Length > 0).OrderBy(span => span.StartTimeUnixNano).ThenBy(span => span.EndTimeUnixNano).ToList();
        Assert.Equal(((string[])["accept", .. byKey ? Uploaded : Prepared, .. Segmented]).Order(), stages.Select(span => Tag(span, "roadseg.stage")).Order());
        var sum = stages.Sum(Milliseconds);
        var story = string.Join(", ", stages.Select(span => FormattableString.Invariant($"{span.Name} {Milliseconds(span):F1}")));
        TestContext.Current.TestOutputHelper?.WriteLine(story);

        // From the arrival of the request to the commit, by the spans' own clocks.
        var wall = (stages[^1].EndTimeUnixNano - Single(spans, first).StartTimeUnixNano) / 1e6;
        Assert.InRange(sum, wall * (1 - Allowed), wall * (1 + Allowed));

        // Neither gaps nor overlaps hide behind the sum.
        var breaks = stages.Zip(stages.Skip(1)).Sum(pair => Math.Abs((double)pair.Second.StartTimeUnixNano - pair.First.EndTimeUnixNano) / 1e6);
        Assert.True(breaks <= wall * Allowed, $"{breaks} ms of {wall} ms are in no stage or in two: {story}");

        // And what the API says of the job agrees.
        var told = (job.Times.FinishedAt - job.Times.CreatedAt)!.Value.TotalMilliseconds;
        Assert.InRange(sum - Milliseconds(Single(spans, "accept")), told * (1 - Allowed), told * (1 + Allowed));
        Assert.Equal(job.Stages.Decode!.Value, Milliseconds(Single(spans, "decode")), 1.0);
    }

    [Fact]
    public async Task A_photo_that_was_dropped_begins_a_trace_with_its_event()
    {
        var path = $"telemetry/{Guid.NewGuid()}.jpg";
        var stored = await fixture.Stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(Photos.Fixture("grey.jpg")), Cancel);
        var id = WorkId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString());
        var jobs = new JobStore(fixture.Stack.Blobs, fixture.Stack.Queues, TimeProvider.System);
        JobRecord? job;
        do
            await Task.Delay(50, Cancel);
        while ((job = (await jobs.FindAsync(id, Cancel))?.Value) is not { State: JobState.Succeeded });

        Assert.True(ActivityContext.TryParse(job.TraceParent, null, out var trace));
        var spans = await fixture.Collector.TraceAsync(trace.TraceId.ToHexString(), spans => spans.Any(span => span.Name == "SegmentImage"));

        var first = Single(spans, "PreprocessUpload");
        Assert.True(first.ParentSpanId.IsEmpty);
        Assert.Equal(trace.SpanId.ToHexString(), Collector.Hex(first.SpanId));
        Assert.Equal(first.SpanId, Single(spans, "SegmentImage").ParentSpanId);
    }

    [Fact]
    public async Task A_job_that_fails_says_in_its_trace_and_metrics_why()
    {
        var (ticket, trace) = await KeyAsync("broken.jpg");
        await new BlobClient(ticket.Url).UploadAsync(BinaryData.FromBytes(Photos.Street[..300]), new BlobUploadOptions(), Cancel);
        var job = await EndedAsync(ticket.Id);
        Assert.Equal("image-corrupt", job.Failure?.Code);

        var spans = await fixture.Collector.TraceAsync(trace, spans => spans.Any(span => span.Name == "PreprocessUpload"));
        var span = Single(spans, "PreprocessUpload");
        Assert.Equal((2, "image-corrupt"), (span.Status.Code, Tag(span, "error.type")));
        await MetricAsync("roadseg.job.failures", point => point.Any(tag => tag is { Key: "error.type", Value.StringValue: "image-corrupt" }));
    }

    [Fact]
    public async Task Metrics_have_the_names_and_units_of_the_manual_and_hold_no_id_key_or_name()
    {
        var (_, job) = await SubmitAsync();
        var manual = await File.ReadAllTextAsync(Path.Combine(Cli.Stack.Workspace.Root, "docs", "operate.md"), Cancel);
        var expected = new Dictionary<string, string>
        {
            ["roadseg.queue.depth"] = "{message}",
            ["roadseg.queue.oldest_age"] = "s",
            ["roadseg.ready"] = "1",
            ["roadseg.job.time_in_queue"] = "s",
            ["roadseg.job.duration"] = "s",
            ["roadseg.stage.duration"] = "s",
            ["roadseg.inference.batch_size"] = "{image}",
        };
        foreach (var (name, unit) in expected)
        {
            Assert.Equal(unit, (await MetricAsync(name, _ => true)).Unit);
            Assert.Contains($"`{name}`", manual, StringComparison.Ordinal);
        }

        await MetricAsync("roadseg.job.duration", point => point.Any(tag => tag.Key == "roadseg.model.version" && tag.Value.StringValue == job.Result!.ModelVersion));
        string[] keys = ["roadseg.stage", "roadseg.queue", "roadseg.job.state", "roadseg.model.name", "roadseg.model.version", "roadseg.provider", "roadseg.webhook.outcome", "error.type"];
        Assert.All(
            fixture.Collector.Metrics.Where(entry => entry.Scope == "RoadSeg").SelectMany(entry => Points(entry.Metric)).SelectMany(point => point),
            tag => Assert.Contains(tag.Key, keys));
        foreach (var (scope, metric) in fixture.Collector.Metrics)
        {
            var text = metric.ToString();
            Assert.DoesNotContain(job.Id.ToString(), text, StringComparison.Ordinal);
            Assert.DoesNotContain("walk.jpg", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Neither_logs_nor_telemetry_hold_a_key_a_signature_or_a_secret()
    {
        await using var receiver = await Receiver.StartAsync();
        var (_, job) = await UploadAsync(receiver);
        var (ticket, _) = await KeyAsync("secret.jpg");
        await new BlobClient(ticket.Url).UploadAsync(BinaryData.FromBytes(Photos.Fixture("grey.jpg")), new BlobUploadOptions(), Cancel);
        await EndedAsync(ticket.Id);

        // A key in the query, where old clients put it, on a request that succeeds and on one that fails.
        using var bare = new HttpClient { BaseAddress = fixture.Stack.Address };
        using (var answer = await bare.PostAsync(new Uri($"/v1/uploads?code={fixture.Key}", UriKind.Relative), null, Cancel))
            Assert.True(answer.IsSuccessStatusCode);
        using (var answer = await bare.PostAsync(new Uri($"/v1/jobs?code={fixture.Key}", UriKind.Relative), new StringContent("no photo"), Cancel))
            Assert.False(answer.IsSuccessStatusCode);

        var succeeded = $"Job {job.Id}: succeeded";
        while (!fixture.Lines.Any(line => line.Contains(succeeded, StringComparison.Ordinal)) || !fixture.Collector.Logs.Any(log => log.Body.StringValue.Contains(succeeded, StringComparison.Ordinal)))
            await Task.Delay(50, Cancel);

        var signature = ticket.Url.Query.Split('&').Single(part => part.StartsWith("sig=", StringComparison.Ordinal))["sig=".Length..];
        var account = fixture.Stack.ConnectionString.Split(';').Single(part => part.StartsWith("AccountKey=", StringComparison.Ordinal))["AccountKey=".Length..];
        string[] secrets = [fixture.Key, signature, Uri.UnescapeDataString(signature), account, TelemetryFixture.Secret, TelemetryFixture.Secret["whsec_".Length..]];
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(fixture.Lines, line => line.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(fixture.Collector.Bodies, body => Encoding.UTF8.GetString(body).Contains(secret, StringComparison.Ordinal));
        }

        // What the log does say: the event, the job, and the trace in which its story is.
        var line = JsonDocument.Parse(fixture.Lines.First(line => line.Contains(succeeded, StringComparison.Ordinal))).RootElement;
        Assert.Equal(201, line.GetProperty("EventId").GetInt32());
        Assert.Contains(line.GetProperty("Scopes").EnumerateArray(), scope => scope.TryGetProperty("TraceId", out _));
        Assert.Contains(fixture.Collector.Resources, resource => resource.Attributes.Any(tag => tag is { Key: "service.name", Value.StringValue: "roadseg-under-test" }));
    }

    private async Task<(string Trace, JobView Job)> SubmitAsync()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/jobs?fileName=walk.jpg", UriKind.Relative))
        {
            Content = new ByteArrayContent(Photos.Street) { Headers = { ContentType = new("image/jpeg") } },
            Headers = { { "traceparent", Parent(trace) } },
        };
        using var answer = await fixture.Stack.Api.SendAsync(request, Cancel);
        answer.EnsureSuccessStatusCode();
        return (trace, await SucceededAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id));
    }

    private async Task<(string Trace, JobView Job)> UploadAsync(Receiver? receiver)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/uploads", UriKind.Relative))
        {
            Content = JsonContent.Create(new UploadRequest { FileName = "walk.jpg", Webhook = receiver?.Address.AbsoluteUri }, JobJson.Default.UploadRequest),
            Headers = { { "traceparent", Parent(trace) } },
        };
        using var answer = await fixture.Stack.Api.SendAsync(request, Cancel);
        var ticket = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!;
        await new BlobClient(ticket.Url).UploadAsync(BinaryData.FromBytes(Photos.Street), new BlobUploadOptions(), Cancel);
        return (trace, await SucceededAsync(ticket.Id));
    }

    private static string Parent(string trace) => $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01";

    private async Task<JobView> SucceededAsync(WorkId id)
    {
        var job = await EndedAsync(id);
        Assert.Equal(JobState.Succeeded, job.State);
        return job;
    }

    private async Task<(UploadTicket Ticket, string Trace)> KeyAsync(string fileName)
    {
        using var body = JsonContent.Create(new UploadRequest { FileName = fileName }, JobJson.Default.UploadRequest);
        using var answer = await fixture.Stack.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), body, Cancel);
        var ticket = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!;
        var record = await new JobStore(fixture.Stack.Blobs, fixture.Stack.Queues, TimeProvider.System).FindAsync(ticket.Id, Cancel);
        return (ticket, ActivityContext.Parse(record!.Value.TraceParent!, null).TraceId.ToHexString());
    }

    private async Task<JobView> EndedAsync(WorkId id)
    {
        JobView? job;
        do
            job = await fixture.Stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel);
        while (!job!.State.IsTerminal());
        return job;
    }

    private async Task<Metric> MetricAsync(string name, Func<IReadOnlyList<KeyValue>, bool> point)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        while (true)
        {
            if (fixture.Collector.Metrics.FirstOrDefault(entry => entry.Metric.Name == name && Points(entry.Metric).Any(point)) is { Metric: { } metric })
                return metric;
            Assert.True(DateTime.UtcNow < until, $"No {name} of the kind came.");
            await Task.Delay(100, Cancel);
        }
    }

    private static IEnumerable<IReadOnlyList<KeyValue>> Points(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Select(point => point.Attributes),
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Select(point => point.Attributes),
        _ => metric.Histogram?.DataPoints.Select(point => point.Attributes) ?? [],
    };

    private static Span Single(IEnumerable<Span> spans, string name) => Assert.Single(spans, span => span.Name == name);

    private static double Milliseconds(Span span) => (span.EndTimeUnixNano - span.StartTimeUnixNano) / 1e6;

    private static string Tag(Span span, string key) => span.Attributes.FirstOrDefault(tag => tag.Key == key)?.Value.StringValue ?? "";
}
