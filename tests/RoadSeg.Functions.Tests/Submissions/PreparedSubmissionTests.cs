using System.Net.Http.Json;
using Azure.Storage.Queues.Models;
using Microsoft.AspNetCore.Http;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Uploads;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Submissions;

/// <summary>A photo in a request body where the process prepares photos, and where it runs the model too: what the request does itself, and
/// who goes on where it dies.</summary>
public sealed class PreparedSubmissionTests(StorageFixture storage)
{
    private readonly string _caller = "key-" + Guid.NewGuid().ToString("N")[..16];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_request_prepares_the_photo_and_its_job_begins_queued()
    {
        await using var worker = await StartAsync(segment: false);

        var job = await worker.JobAsync((await SubmitAsync(worker)).Value.Id);

        Assert.Equal((JobState.Queued, WorkLane.Interactive, _caller), (job.State, job.Lane, job.Caller));
        Assert.True(job.Times.CreatedAt <= job.Times.ReceivedAt && job.Times.ReceivedAt <= job.Times.QueuedAt);
        Assert.True(job.Stages is { Decode: > 0, Store: > 0 });
        Assert.Equal(("png", 40, 30), (job.Image!.Format, job.Image.Width, job.Image.Height));
        var message = await worker.SegmentationAsync();
        Assert.Equal((job.Id, job.InputFile, job.SentAt), (message.JobId, message.Input, message.SentAt));
        Assert.Empty(await worker.InQueueAsync(Queues.UploadsCreated));
        var photo = await storage.Blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient(BlobPaths.Upload(job.Id)).DownloadContentAsync(Cancel);
        Assert.Equal(TinyPackages.RedPhoto(), photo.Value.Content.ToArray());
        Assert.Equal(photo.Value.Details.ETag.ToString().Trim('"'), job.Source.ETag);
    }

    [Fact]
    public async Task Where_the_model_is_free_the_job_ends_without_a_delivery_and_its_message_is_gone()
    {
        await using var worker = await StartAsync();

        var job = await SubmitAsync(worker);

        var ended = await EndedAsync(worker, job.Value.Id);
        Assert.Equal((JobState.Succeeded, 1), (ended.State, ended.Attempt));
        await Eventually.TrueAsync(async () => await CountAsync(worker) == 0, "the end of the message");
        var marker = storage.Blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(_caller, ended.Id));
        Assert.False(await marker.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task What_cannot_be_ended_at_once_is_left_to_the_next_delivery_of_its_message()
    {
        await using var worker = await StartAsync();
        worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Results + "/", StringComparison.Ordinal);
        var id = (await SubmitAsync(worker)).Value.Id;
        await Eventually.TrueAsync(async () => (await worker.InQueueAsync(Queues.SegmentationJobs)).Length == 1, "the message to show");
        Assert.Equal(JobState.Running, (await worker.JobAsync(id)).State);

        worker.Faults.Fails = static (_, _) => false;
        QueueMessage again = await worker.Queues.GetQueueClient(Queues.SegmentationJobs).ReceiveMessageAsync(cancellationToken: Cancel);
        await worker.Function<SegmentImage>().RunAsync(again, Cancel);

        Assert.Equal((JobState.Succeeded, 2), ((await worker.JobAsync(id)).State, (await worker.JobAsync(id)).Attempt));
    }

    [Fact]
    public async Task Who_waits_for_the_model_or_in_the_queue_is_not_overtaken()
    {
        await using var worker = await StartAsync();
        var lane = worker.Get<ModelLane>();
        await lane.EnterAsync(WorkLane.Interactive, Cancel);
        var busy = (await SubmitAsync(worker)).Value.Id;
        Assert.Equal(busy, (await worker.SegmentationAsync()).JobId);
        lane.Leave();

        // Until the reading of the queue is a second old it is not known to hold anything.
        await Eventually.TrueAsync(async () => (await worker.Get<QueueGauge>().ReadAsync(WorkLane.Interactive, Cancel)).Depth == 1, "the reading");
        var behind = (await SubmitAsync(worker)).Value.Id;

        Assert.Equal(2, (await worker.InQueueAsync(Queues.SegmentationJobs)).Length);
        Assert.Equal((JobState.Queued, JobState.Queued), ((await worker.JobAsync(busy)).State, (await worker.JobAsync(behind)).State));
    }

    [Fact]
    public async Task Bulk_jobs_and_photos_that_cannot_be_decoded_go_the_way_of_the_queue()
    {
        await using var worker = await StartAsync();
        var broken = TinyPackages.RedPhoto();
        broken.AsSpan(broken.Length / 2).Clear();

        var bulk = (await SubmitAsync(worker, lane: WorkLane.Bulk)).Value;
        var bad = (await SubmitAsync(worker, broken)).Value;

        Assert.Equal((JobState.AwaitingUpload, JobState.AwaitingUpload), (bulk.State, bad.State));
        Assert.Single(await worker.InQueueAsync(Queues.UploadsBulk));
        var sent = Assert.Single(await worker.InQueueAsync(Queues.UploadsCreated));
        await worker.Function<PreprocessUpload>().InteractiveAsync(Messages.Of(sent, "m1"), Cancel);
        var failed = await worker.JobAsync(bad.Id);
        Assert.Equal((JobState.Failed, "image-corrupt"), (failed.State, failed.Failure!.Code));
        Assert.NotEmpty(failed.Source.ETag!);
    }

    [Fact]
    public async Task A_request_that_died_before_its_record_is_made_again_under_its_key_and_one_that_is_sent_often_makes_one_job()
    {
        await using var worker = await StartAsync(segment: false);
        var key = Guid.NewGuid().ToString();
        worker.Faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Jobs + "/", StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => SubmitAsync(worker, key: key));

        worker.Faults.Fails = static (_, _) => false;
        var jobs = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => SubmitAsync(worker, key: key)));

        var id = Assert.Single(jobs.Select(job => job.Value.Id).Distinct());
        Assert.Equal(JobState.Queued, (await worker.JobAsync(id)).State);

        // A request that finds the job waiting cannot know whether its message was sent; a second one changes nothing.
        Assert.All(await worker.InQueueAsync(Queues.SegmentationJobs), body => Assert.Equal(id, MessageBody.TryRead(body, JobJson.Default.SegmentationMessage)!.JobId));
    }

    [Fact]
    public async Task A_request_that_died_before_it_sent_its_message_sends_it_when_it_comes_again_under_its_key()
    {
        await using var worker = await StartAsync(segment: false);
        var key = Guid.NewGuid().ToString();
        var first = (await SubmitAsync(worker, key: key)).Value.Id;
        await worker.Queues.GetQueueClient(Queues.SegmentationJobs).ClearMessagesAsync(Cancel);

        Assert.Equal(first, (await SubmitAsync(worker, key: key)).Value.Id);

        Assert.Equal(first, (await worker.SegmentationAsync()).JobId);
    }

    [Fact]
    public async Task A_process_that_stops_gives_the_message_of_what_it_began_to_the_others_at_once()
    {
        await using var worker = await StartAsync();
        using var reached = new ManualResetEventSlim();
        using var stopped = new ManualResetEventSlim();
        worker.Faults.Fails = (method, path) =>
        {
            if (method == "PUT" && path.StartsWith(Containers.Results + "/", StringComparison.Ordinal))
            {
                reached.Set();
                stopped.Wait(TimeSpan.FromMinutes(1), Cancel);
            }

            return false;
        };
        var id = (await SubmitAsync(worker)).Value.Id;
        Assert.True(await Task.Run(() => reached.Wait(TimeSpan.FromMinutes(1), Cancel), Cancel));

        var stopping = worker.Get<SegmentAtOnce>().StopAsync(Cancel);
        stopped.Set();
        await stopping;

        Assert.Equal(id, (await worker.SegmentationAsync()).JobId);
        Assert.Equal(JobState.Running, (await worker.JobAsync(id)).State);
    }

    // The fault: the request waited for the model to load, with its photo in memory.
    [Fact]
    public async Task Where_no_version_serves_yet_the_photo_goes_the_way_of_the_queue()
    {
        await using var api = await ApiService.StartAsync(storage, more: ("AzureWebJobs_PreprocessUpload_Disabled", "0"));
        using var body = new ByteArrayContent(TinyPackages.RedPhoto()) { Headers = { ContentType = new("image/png") } };

        using var answer = await api.Http.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);

        var job = (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;
        Assert.Equal((System.Net.HttpStatusCode.Accepted, JobState.AwaitingUpload), (answer.StatusCode, job.State));
    }

    private Task<InProcess> StartAsync(bool segment = true) => InProcess.StartAsync(
        storage, null, null, ("AzureWebJobs_PreprocessUpload_Disabled", "0"), ("AzureWebJobs_SegmentImage_Disabled", segment ? "0" : "1"));

    private async Task<Stored<JobRecord>> SubmitAsync(InProcess worker, byte[]? photo = null, WorkLane lane = WorkLane.Interactive, string? key = null)
    {
        photo ??= TinyPackages.RedPhoto();
        using var body = new MemoryStream(photo);
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.ContentLength, request.Body) = ("POST", "image/png", photo.Length, body);
        return await worker.Get<JobSubmission>().SubmitAsync(request, _caller, key is null ? lane : null, key, Cancel);
    }

    private static Task<JobRecord> EndedAsync(InProcess worker, WorkId id) => Eventually.GetAsync(
        async () => await worker.JobAsync(id) is var job && job.State.IsTerminal() ? job : null, $"the end of job {id}");

    private static async Task<int> CountAsync(InProcess worker) =>
        (await worker.Queues.GetQueueClient(Queues.SegmentationJobs).GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount;
}
