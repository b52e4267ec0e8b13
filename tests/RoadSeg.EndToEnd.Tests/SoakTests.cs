using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.LocalHost;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Load under faults. Short here; `./roadseg soak --minutes N` runs the same for minutes.</summary>
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly double? Minutes = double.TryParse(Environment.GetEnvironmentVariable("ROADSEG_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : null;

    private const int Replicas = 2;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_that_come_three_times_and_shuffled_and_a_tenth_of_them_never_leave_each_photo_segmented_once()
    {
        var count = Minutes is { } long_ ? (int)(long_ * 120) : 40;
        var random = new Random(7);
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { BlobEvents = false, Settings = new Dictionary<string, string> { ["ROADSEG_SWEEP_AFTER"] = "00:00:02" } }, Cancel);
        var events = new List<byte[]>();
        var ids = new List<WorkId>();
        for (var i = 0; i < count; i++)
        {
            var ticket = await UploadTickets.IssueAsync(stack.Api, new UploadRequest());
            Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, Photos.Fixture("grey.jpg")));
            var etag = (await stack.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(ticket.Id)).GetPropertiesAsync(cancellationToken: Cancel)).Value.ETag;
            ids.Add(ticket.Id);
            if (i % 10 != 0)
                events.AddRange(Enumerable.Repeat(JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, BlobPaths.Upload(ticket.Id), etag.ToString(), 1), JobJson.Default.BlobCreatedEvent), 3));
        }

        var shuffled = events.ToArray();
        random.Shuffle(shuffled);
        var queue = stack.Queues.GetQueueClient(Queues.UploadsCreated);
        await Parallel.ForEachAsync(shuffled, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (message, stop) => await queue.SendMessageAsync(BinaryData.FromBytes(message), cancellationToken: stop));

        var store = new JobStore(stack.Blobs, stack.Queues, TimeProvider.System);
        foreach (var id in ids)
        {
            var job = await UploadKeyTests.EndedAsync(stack, id);
            Assert.Equal((JobState.Succeeded, 1), (job.State, (await store.FindAsync(id, Cancel))!.Value.Attempt));
        }

        // Not one job more, and not one result more, than there are photos.
        Assert.Equal(count, (await NamesAsync(stack.Blobs, Containers.Jobs, "")).Count);
        Assert.Equal(count, (await NamesAsync(stack.Blobs, Containers.Results, "")).Count);
    }

    [Fact]
    public async Task Processes_killed_every_second_under_load_lose_no_job_double_none_and_tear_no_result()
    {
        var random = new Random(11);
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Workspace.NodeModules }, Cancel);
        await LocalStack.ProvisionAsync(azurite.ConnectionString, Cancel);
        await using var events = await BlobEvents.StartAsync(azurite, [.. Queues.BlobEvents.Select(pair => new BlobEventSubscription(pair.Key, pair.Value))], cancellation: Cancel);
        var blobs = new BlobServiceClient(azurite.ConnectionString);
        var store = new JobStore(blobs, new QueueServiceClient(azurite.ConnectionString), TimeProvider.System);
        KillableHost[] hosts = [.. Enumerable.Range(0, Replicas).Select(_ => new KillableHost(azurite.ConnectionString))];
        await using var stop = new StopAll(hosts);
        HttpClient[] apis = [.. hosts.Select(host => new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(20) })];

        // Accepted means: the caller was given an id. (A bare drop has none yet; its event comes back when the dead host's
        // lock on it has run out, after ten minutes.)
        var accepted = new ConcurrentBag<(WorkId Id, bool Good)>();
        var unheard = new ConcurrentBag<string>();
        var started = Stopwatch.GetTimestamp();
        var kills = 0;
        bool Goes() => Minutes is { } minutes ? Stopwatch.GetElapsedTime(started).TotalMinutes < minutes : kills < 6 || accepted.Count < 30;
        var load = Enumerable.Range(0, 3).Select(async worker =>
        {
            for (var i = 0; Goes(); i++)
            {
                var good = i % 20 != 19;
                var photo = good ? Photos.Fixture("grey.jpg") : [0xFF, 0xD8, 0xFF, 0xE0, .. new byte[200]];
                if (await (worker == 0 ? UploadAsync(apis, photo, unheard) : SubmitAsync(apis, photo, unheard)) is { } id)
                    accepted.Add((id, good));
                await Task.Delay(100, Cancel); // The pace of the load.
            }
        }).ToArray();

        // One that is only starting has nothing to lose: the next second may strike it.
        while (Goes())
        {
            await Task.Delay(1000, Cancel);
            var victim = random.Next(Replicas);
            if (!await ReadyAsync(apis[victim]))
                continue;
            await Task.Delay(random.Next(500), Cancel);
            await hosts[victim].KillAsync(workerOnly: random.Next(3) > 0);
            kills++;
        }

        await Task.WhenAll(load);
        foreach (var host in hosts)
            host.Calm();
        var ends = new Dictionary<string, int>();
        var givenUp = 0;
        foreach (var (id, good) in accepted)
        {
            var job = await Eventually.GetAsync(
                async () => (await store.FindAsync(id, Cancel))?.Value, $"the end of job {id}", job => job.State.IsTerminal(), TimeSpan.FromMinutes(3));
            var end = job.Failure?.Code ?? job.State.ToString();
            ends[end] = ends.GetValueOrDefault(end) + 1;
            if (job.State == JobState.Succeeded)
                await WholeAsync(blobs, job);
            givenUp += good && end == "attempts-exhausted" ? 1 : 0;

            // A photo is segmented, refused for what it is, or given up after five deaths on it; nothing else may become of it.
            Assert.True(good ? job.State == JobState.Succeeded || end == "attempts-exhausted" : end is "image-corrupt" or "image-format-unsupported" or "attempts-exhausted", $"Job {id}: {end}");
        }

        output.WriteLine($"{accepted.Count} jobs, {kills} kills in {Stopwatch.GetElapsedTime(started).TotalMinutes:F1} min: {string.Join(", ", ends.Select(end => $"{end.Value} {end.Key}"))}");
        var (photos, given) = (accepted.Count(job => job.Good), accepted.Select(job => job.Id.ToString()).ToHashSet());
        Assert.True(givenUp <= Math.Max(1, photos * 0.05), $"{givenUp} of {photos} photos were given up: their processes died five times.");

        // Every submission made one job: each that was accepted has its own, and there is none beside those but of requests whose acceptance the caller did not live to hear.
        Assert.Equal(accepted.Count, given.Count);
        var records = await NamesAsync(blobs, Containers.Jobs, "");
        Assert.Superset(given, records.Select(name => name.Split('/', '-')[^1][..^BlobPaths.RecordSuffix.Length]).ToHashSet());
        Assert.InRange(records.Count, accepted.Count, accepted.Count + unheard.Count);
    }

    private static async Task<WorkId?> SubmitAsync(HttpClient[] apis, byte[] photo, ConcurrentBag<string> unheard) =>
        (await PostAsync(apis, unheard, "/v1/jobs", () => new ByteArrayContent(photo) { Headers = { ContentType = new("image/jpeg") } }, JobJson.Default.JobView))?.Id;

    private static async Task<WorkId?> UploadAsync(HttpClient[] apis, byte[] photo, ConcurrentBag<string> unheard)
    {
        if (await PostAsync(apis, unheard, "/v1/uploads", () => JsonContent.Create(new UploadRequest(), JobJson.Default.UploadRequest), JobJson.Default.UploadTicket) is not { } ticket)
            return null;
        Assert.Equal(HttpStatusCode.Created, await UploadTickets.PutAsync(ticket, ticket.Url, photo));
        return ticket.Id;
    }

    // As a client should: the same key until an answer came.
    private static async Task<T?> PostAsync<T>(HttpClient[] apis, ConcurrentBag<string> unheard, string path, Func<HttpContent> body, JsonTypeInfo<T> form)
        where T : class
    {
        var key = Guid.NewGuid().ToString();
        for (var attempt = 0; attempt < 30; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body() };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await apis[attempt % apis.Length].SendAsync(request, Cancel);
                if (answer.IsSuccessStatusCode)
                    return await answer.Content.ReadFromJsonAsync(form, Cancel);
                if ((int)answer.StatusCode is >= 400 and < 500)
                    return null;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException && !Cancel.IsCancellationRequested)
            {
            }

            await Task.Delay(300, Cancel);
        }

        unheard.Add(key);
        return null;
    }

    private static async Task<bool> ReadyAsync(HttpClient api)
    {
        try
        {
            using var answer = await api.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !Cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private sealed class StopAll(KillableHost[] hosts) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var host in hosts)
                await host.DisposeAsync();
        }
    }

    private static async Task WholeAsync(BlobServiceClient blobs, JobRecord job)
    {
        var mask = await StoredResult.PartAsync(blobs, job, ResultFiles.Mask);
        var summary = await StoredResult.PartAsync(blobs, job, ResultFiles.Summary);

        // The attempt that committed is the last there was: none began, or wrote, behind it.
        Assert.Equal(job.Result!.Attempt, job.Attempt);
        Assert.All(await NamesAsync(blobs, Containers.Results, $"{job.Id}/"), name => Assert.InRange(int.Parse(name.Split('/')[1], CultureInfo.InvariantCulture), 1, job.Attempt));
        var ids = MaskPng.Decode(mask, new ImageLimits());
        Assert.Equal(ids.Width * (long)ids.Height, JsonSerializer.Deserialize(summary, JobJson.Default.ResultSummary)!.Classes.Sum(label => label.Pixels));
    }

    private static async Task<List<string>> NamesAsync(BlobServiceClient blobs, string container, string prefix)
    {
        var names = new List<string>();
        await foreach (var blob in blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, Cancel))
            names.Add(blob.Name);
        return names;
    }
}
