using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Stack;
using RoadSeg.Client;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>A stack that checks keys, with something of every kind in it: versions of a model, jobs that succeeded, two of them
/// reviewed, and one that failed, a batch of a video with an archive of it, a data set, a training run.</summary>
internal sealed class FuzzStack : IAsyncDisposable
{
    public const string KeyHeader = "x-functions-key";

    private const string Set = "fuzz-set";
    private readonly LocalStack _stack;
    private readonly TempFolder _folder;

    private FuzzStack(LocalStack stack, TempFolder folder, LoggedErrors errors, string key, string other)
    {
        (_stack, _folder, Errors) = (stack, folder, errors);

        // Mostly one caller, whose things are known; another one, one whose key is not known, one without.
        Keys = [.. Enumerable.Repeat(key, 20), other, "nobodys", null];
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8 };
        Client = new HttpClient(handler)
        {
            BaseAddress = stack.Address,
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    public static IReadOnlyList<byte[]> Photos { get; } = MakePhotos();

    public IReadOnlyList<string?> Keys { get; }

    public HttpClient Client { get; }

    /// <summary>What the host and the worker logged as errors.</summary>
    public LoggedErrors Errors { get; }

    public KnownThings Known { get; } = new();

    public JsonNode Document { get; private set; } = null!;

    public static async Task<FuzzStack> StartAsync(CancellationToken cancel)
    {
        var folder = new TempFolder();
        var packages = Enumerable.Range(0, 3).Select(turn =>
            TinyPackages.Write(Path.Combine(folder.Path, $"v{turn}"), "tiny", turn, card: turn == 1)).ToArray();
        var errors = new LoggedErrors();
        var stack = await LocalStack.StartAsync(new LocalStackOptions
        {
            RequireKeys = true,
            Logs = errors,
            Settings = new Dictionary<string, string>
            {
                ["ROADSEG_MODEL"] = Path.Combine(folder.Path, "v0"),
                ["ROADSEG_WEBHOOK_SECRETS"] = "whsec_" + Convert.ToBase64String(new byte[32]),
            },
        }, cancel);
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(stack.KeyFile!, cancel));
        var started = new FuzzStack(
            stack, folder, errors, keys.RootElement.GetProperty("master").GetString()!,
            keys.RootElement.GetProperty("functions").GetProperty("Api").GetProperty("default").GetString()!);
        try
        {
            foreach (var package in packages[1..])
                await new ModelRegistry(stack.Blobs, TimeProvider.System).PublishAsync(package, "test", null, null, cancel);
            await started.FillAsync([.. packages.Select(package => package.Manifest.Version)], cancel);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes note of what an answer tells.</summary>
    public void Learn(FuzzRequest request, FuzzAnswer answer)
    {
        Known.Learn("etag", answer.Headers.GetValueOrDefault("ETag"));

        // A part of a document (206) is none.
        if (answer.Status is not (>= 200 and < 206) || answer.MediaType != "application/json" || answer.Body.Length == 0)
            return;
        if (JsonNode.Parse(answer.Body) is not JsonObject body)
            return;
        Known.Learn("after", body["next"] is JsonValue next ? (string?)next : null);
        if (request.Operation.Path is "/v1/jobs" or "/v1/trainings" or "/v1/batches" && body["id"] is JsonValue id)
            Known.Learn(request.Operation.Path.Split('/')[2], (string?)id);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _stack.DisposeAsync();
        _folder.Dispose();
    }

    private async Task FillAsync(IReadOnlyList<string> versions, CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = _stack.Address, DefaultRequestHeaders = { { KeyHeader, Keys[0] } } };
        var client = new RoadSegClient(http);
        Document = JsonNode.Parse(await http.GetByteArrayAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancel))!;
        Known.Learn("model", "tiny");
        foreach (var version in versions)
        {
            Known.Learn("version", version);
            Known.Learn("model@version", $"tiny@{version}");
        }

        for (var photo = 0; photo < 4; photo++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs?tag=camera:front") { Headers = { { "Prefer", "wait=60" } } };
            request.Content = new ByteArrayContent(photo == 3 ? Photos[1][..^60] : Photos[photo]) { Headers = { ContentType = new("image/jpeg") } };
            using var answer = await http.SendAsync(request, cancel);
            var job = JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync(cancel))!;
            Known.Learn("jobs", (string?)job["id"]);
            if ((string?)job["state"] != "succeeded")
                continue;

            // Two were looked at by a person, who found them right.
            var mask = await http.GetByteArrayAsync(new Uri($"/v1/jobs/{job["id"]}/mask", UriKind.Relative), cancel);
            if (photo < 2 && WorkId.TryParse((string)job["id"]!, out var id))
                await client.PutReviewAsync(id, mask, cancel: cancel);
        }

        await FillBatchAsync(client, cancel);
        var spec = new DatasetSpec { Name = Set, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1) };
        var sent = await new DatasetPush(_stack.Blobs.GetBlobContainerClient(Containers.Datasets))
            .UploadAsync(MakeSet(), spec, null, cancel);
        var set = await client.WaitForDatasetAsync(Set, sent.Drop, TimeSpan.FromMinutes(1), null, cancel);
        Known.Learn("dataset", Set);
        Known.Learn("dataset-version", set.Version);
        using var run = await http.PostAsJsonAsync(new Uri("/v1/trainings", UriKind.Relative), new { dataset = Set }, cancel);
        var trainingId = (string)JsonNode.Parse(await run.Content.ReadAsByteArrayAsync(cancel))!["id"]!;
        Known.Learn("trainings", trainingId);

        // What a worker would have written by now.
        Assert.True(WorkId.TryParse(trainingId, out var training));
        var runs = _stack.Blobs.GetBlobContainerClient(Containers.Trainings);
        (string, byte[])[] files =
        [
            (TrainingFiles.Metrics, [.. "{\"kind\":\"start\"}\n"u8]), (TrainingFiles.Log, [.. "It begins.\n"u8]),
            .. TrainingFiles.Pictures.Select(picture => (picture, Photos[0])),
        ];
        foreach (var (file, content) in files)
            await runs.GetBlobClient(BlobPaths.TrainingFile(training, file)).UploadAsync(BinaryData.FromBytes(content), cancel);
    }

    private async Task FillBatchAsync(RoadSegClient client, CancellationToken cancel)
    {
        await using var video = File.OpenRead(await Ffmpeg.MakeAsync(_folder, "drive.mp4", "color=red:s=32x32:r=5", 2));
        var started = await client.StartClipAsync(video, cancel: cancel);
        await client.WaitForBatchAsync(started.Id, cancel: cancel);
        await client.MakeBatchArchiveAsync(started.Id, cancel: cancel);
        var batch = await client.WaitForBatchAsync(started.Id, archives: true, cancel: cancel);
        Known.Learn("batches", $"{batch.Id}");
        Known.Learn("archive", $"{batch.Archives[0].Id}");
        Known.Learn("archive-part", "1");

        // What the document's own example asks for.
        var photo = _stack.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient("drive-7/00001.jpg");
        await photo.UploadAsync(BinaryData.FromBytes(Photos[0]), cancel);
    }

    private string MakeSet()
    {
        var set = Path.Combine(_folder.Path, "set");
        foreach (var folder in (string[])["train", "trainannot", "val", "valannot"])
            Directory.CreateDirectory(Path.Combine(set, folder));
        for (var i = 0; i < 8; i++)
        {
            var pixels = new byte[3 * 24 * 16];
            new Random(i).NextBytes(pixels);
            var split = i < 6 ? "train" : "val";
            File.WriteAllBytes(Path.Combine(set, split, $"{i}_a.png"), PhotoEncoder.Png(new RgbImage(24, 16, pixels)));
            File.WriteAllBytes(Path.Combine(set, split + "annot", $"{i}_a.png"),
                GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % 11))], 24, 16));
        }

        return set;
    }

    private static byte[][] MakePhotos()
    {
        var red = TinyPackages.RedPhoto();
        var image = RoadSeg.Tests.Photos.Decode(red);
        return [red, PhotoEncoder.Jpeg(image), PhotoEncoder.WebP(image), RoadSeg.Tests.Photos.Fixture("animated.webp"),
            RoadSeg.Tests.Photos.Fixture("pages.tif"), RoadSeg.Tests.Photos.Fixture("photo.tif")];
    }
}
