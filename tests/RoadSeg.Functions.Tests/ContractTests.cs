using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Handler;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Results;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>What crosses a process or a deployment, pinned: a renamed member shows up as a changed file.</summary>
public sealed class ContractTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly JobId Id = JobId.ForDrop("uploads", "cam1/street.jpg", "0x8DA");

    private static readonly JobRecord Succeeded = new()
    {
        Id = Id,
        State = JobState.Succeeded,
        Source = new JobSource("uploads", "cam1/street.jpg", "0x8DA", "street.jpg"),
        Times = new JobTimes
        {
            CreatedAt = Noon,
            ReceivedAt = Noon,
            QueuedAt = Noon.AddMilliseconds(30),
            StartedAt = Noon.AddMilliseconds(40),
            FinishedAt = Noon.AddMilliseconds(120),
        },
        Attempt = 2,
        Image = new JobImage("jpeg", 751, 563, 6, 123456),
        Input = new JobInput(320, 240),
        Stages = new StageMilliseconds { Read = 1.5, Decode = 12, Store = 2, Claim = 3, Fetch = 1, Wait = 0, Infer = 40, Upsample = 5, Encode = 3, Commit = 4 },
        Result = new JobResult(2, "camvid-mnv2", "20260301T120000Z-c4eaab0f", new string('a', 64), "cpu"),
    };

    [Fact]
    public void The_job_record_keeps_its_form() => Pinned("job-record", Succeeded, JobJson.Default.JobRecord);

    [Fact]
    public void The_job_view_keeps_its_form() => Pinned("job-view", JobView.Of(Succeeded), JobJson.Default.JobView);

    [Fact]
    public void A_failed_job_keeps_its_form() => Pinned("job-view-failed", JobView.Of(Succeeded with
    {
        State = JobState.Failed,
        Result = null,
        Failure = new JobFailure("image-corrupt", "The JPEG ends early.", false),
    }), JobJson.Default.JobView);

    [Fact]
    public void The_summary_keeps_its_form() => Pinned("result-summary", new ResultSummary
    {
        Width = 2,
        Height = 2,
        Model = Succeeded.Result!,
        Input = new JobInput(320, 240),
        Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 320, 240),
        Present = [0],
        Classes = [new ClassShare(0, "sky", RgbColor.Parse("#808080"), 4, 1, 0.75), new ClassShare(1, "road", RgbColor.Parse("#804080"), 0, 0, null)],
    }, JobJson.Default.ResultSummary);

    [Fact]
    public void A_summary_of_an_older_version_is_read()
    {
        var old = JsonNode.Parse(Golden("result-summary"))!.AsObject();
        old.Remove("present");
        old.Remove("preprocess");

        var read = JsonSerializer.Deserialize(old, JobJson.Default.ResultSummary)!;

        Assert.Equal((null, null), (read.Present, read.Preprocess));
        Assert.Equal(4, read.Classes[0].Pixels);
    }

    [Fact]
    public void The_polygons_keep_their_form()
    {
        (string, RgbColor)[] labels = [("sky", RgbColor.Parse("#808080")), ("road", RgbColor.Parse("#804080"))];

        Pinned("mask-regions", RegionFinder.Find([0, 1, 1, 0, 1, 1], 3, 2, id => labels[id], new RegionOptions { MinArea = 1 }), ResultJson.Default.MaskRegions);
    }

    [Fact]
    public void The_segmentation_message_keeps_its_form() =>
        Pinned("segmentation-message", new SegmentationMessage(Id), JobJson.Default.SegmentationMessage);

    [Fact]
    public void The_event_the_service_sends_itself_keeps_its_form() =>
        Pinned("blob-created-event", BlobCreatedEvent.For("uploads", "cam1/street.jpg", "\"0x8DA\"", 6), JobJson.Default.BlobCreatedEvent);

    [Fact]
    public void A_problem_keeps_its_form() =>
        Pinned("problem", Problem.Of(ErrorCodes.JobNotFound, "No job has this id."), ApiJson.Default.Problem);

    [Fact]
    public void An_event_grid_event_is_read_with_a_path_of_spaces_and_unicode()
    {
        var read = BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(Golden("event-grid-blob-created")));

        Assert.NotNull(read);
        Assert.Equal(("uploads", "cam 1/straße/../ü.jpg"), (read.Container, read.Path));
        Assert.Equal("0x8D4BCC2E4835CD0", read.Data.ETag);
        Assert.Equal(524288, read.Data.ContentLength);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobDeleted","subject":"/blobServices/default/containers/uploads/blobs/a","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/uploads","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers//blobs/a","data":{}}""")]
    [InlineData("""{"eventType":"Microsoft.Storage.BlobCreated","subject":"/blobServices/default/containers/uploads/blobs/","data":{}}""")]
    public void What_is_no_blob_created_event_is_not_read_as_one(string json) =>
        Assert.Null(BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_queue_invocation_of_the_host_is_read()
    {
        using var invocation = JsonDocument.Parse(Golden("queue-invocation"));

        var message = QueueMessage.Read(invocation.RootElement);

        Assert.Equal("""{"jobId":"0000000000000000000000000a"}""", Encoding.UTF8.GetString(message.Body));
        Assert.Equal(("800a-1", 3, Noon), (message.Id, message.DequeueCount, message.InsertedAt));
    }

    [Fact]
    public void A_string_invocation_is_refused_and_not_taken_for_bytes()
    {
        using var invocation = JsonDocument.Parse("""{"Data":{"message":"\"hello\""},"Metadata":{"Id":"\"1\"","DequeueCount":"1","InsertionTime":"2026-03-01T12:00:00+00:00"}}""");

        Assert.Throws<JsonException>(() => QueueMessage.Read(invocation.RootElement));
    }

    private static string Golden(string name) => File.ReadAllText(Path.Combine(Checkout.Root, "tests", "contracts", name + ".json"));

    private static void Pinned<T>(string name, T value, JsonTypeInfo<T> form)
    {
        var golden = JsonNode.Parse(Golden(name));
        var written = JsonSerializer.SerializeToNode(value, form);
        Assert.True(JsonNode.DeepEquals(golden, written), $"tests/contracts/{name}.json no longer is what is written:\n{written}");

        var read = JsonSerializer.Deserialize(golden, form)!;
        Assert.True(JsonNode.DeepEquals(written, JsonSerializer.SerializeToNode(read, form)), $"{name} does not survive reading and writing.");
    }
}
