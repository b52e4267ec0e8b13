using System.Net;
using System.Net.Http.Json;
using RoadSeg.Cli.Batches;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>What becomes of the photos of a folder on their way, by a service that fails as a test says.</summary>
public sealed class CliBatchSendingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The job that had waited in vain was erased at once, and the key of an erased job is refused: who was interrupted a second
    /// time could never go on.</summary>
    [Fact]
    public async Task A_photo_that_was_awaited_in_vain_is_sent_by_a_further_key_however_often_that_is_interrupted()
    {
        using var folder = Folder("a.png");
        var service = new Uploads { Arrives = static _ => false };
        await Assert.ThrowsAsync<CommandFailedException>(() => SendAsync(folder, service));
        service.End(JobState.Expired);
        await Assert.ThrowsAsync<CommandFailedException>(() => SendAsync(folder, service));
        service.End(JobState.Expired);
        service.Arrives = static _ => true;

        var leftOut = await SendAsync(folder, service);

        Assert.Equal(0, leftOut);
        Assert.Equal([JobState.Queued], service.Kept.Select(static job => job.State));
        Assert.Equal((3, 2), (service.Jobs.Count, service.Erased.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_photo_whose_job_was_canceled_is_sent_again_only_where_the_job_had_none(bool hadIt)
    {
        using var folder = Folder("a.png");
        var service = new Uploads { Arrives = _ => hadIt, FailsAfter = hadIt };
        await Assert.ThrowsAsync<CommandFailedException>(() => SendAsync(folder, service));
        service.End(JobState.Canceled);
        (service.Arrives, service.FailsAfter) = (static _ => true, false);

        Assert.Equal(0, await SendAsync(folder, service));

        Assert.Equal(hadIt ? [JobState.Canceled] : [JobState.Queued], service.Kept.Select(static job => job.State));
        Assert.Equal(1, service.Sent);
    }

    [Fact]
    public async Task A_photo_that_is_larger_than_the_service_takes_is_left_out_and_nothing_of_it_joins_the_batch()
    {
        using var folder = Folder("a.png", "large.png");
        await File.WriteAllBytesAsync(folder["drive/large.png"], new byte[5000], Cancel);
        var service = new Uploads { MaxBytes = 4999 };

        Assert.Equal(1, await SendAsync(folder, service));
        Assert.Equal(1, await SendAsync(folder, service));

        Assert.Equal([JobState.Queued], service.Kept.Select(static job => job.State));
        using var begun = BatchFolder.Open(folder["results"]);
        Assert.Equal((true, false), (begun.IsLeftOut("large.png"), begun.IsLeftOut("a.png")));
    }

    /// <summary>To who sends it, a disk that fails looks like a line that breaks; and that was tried again at every start.</summary>
    [Fact]
    public async Task A_photo_that_cannot_be_read_to_its_end_is_left_out()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A file that opens and cannot be read.");
        using var folder = Folder("a.png");
        File.CreateSymbolicLink(folder["drive/broken.png"], "/proc/self/mem");
        var service = new Uploads();

        Assert.Equal(1, await SendAsync(folder, service));

        Assert.Equal([JobState.Queued], service.Kept.Select(static job => job.State));
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_named_and_keeps_no_other_from_being()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Whom no folder is closed to.");
            return;
        }

        using var folder = new TempFolder();
        foreach (var name in (string[])["b/2.jpg", "a/1.JPG", "closed/3.jpg", ".hidden/4.jpg", "a/._1.JPG", "a/notes.txt"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
            File.WriteAllBytes(folder[name], [1]);
        }

        File.SetUnixFileMode(folder["closed"], UnixFileMode.None);
        try
        {
            var (names, closed) = FolderPhotos.Of(folder.Path);

            Assert.Equal(["a/1.JPG", "b/2.jpg"], names);
            Assert.StartsWith("closed: ", Assert.Single(closed), StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(folder["closed"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_log_whose_last_line_was_cut_off_is_read_up_to_there()
    {
        using var folder = new TempFolder();
        var job = WorkId.New(TimeProvider.System);
        using (var begun = BatchFolder.Open(folder["results"]))
        {
            begun.NoteWithoutPhoto("a b.jpg", job);
            begun.NoteLeftOut("c\n.jpg");
            begun.NoteSent("d.jpg");
        }

        File.AppendAllText(folder["results/" + BatchFolder.FileName], $"unmet {job} \"d");
        using var again = BatchFolder.Open(folder["results"]);

        Assert.Equal((1, 0), (again.Tries("a b.jpg"), again.Tries("d")));
        Assert.Equal([job], again.WithoutPhoto);
        Assert.Equal((true, true, null), (again.IsLeftOut("c\n.jpg"), again.IsSent("d.jpg"), again.Batch));
    }

    private static TempFolder Folder(params string[] photos)
    {
        var folder = new TempFolder();
        Directory.CreateDirectory(folder["drive"]);
        foreach (var photo in photos)
            File.WriteAllBytes(folder["drive/" + photo], [1, 2, 3]);
        return folder;
    }

    private static async Task<int> SendAsync(TempFolder folder, Uploads service)
    {
        using var http = new HttpClient(service, disposeHandler: false) { BaseAddress = new Uri("http://service/") };
        var client = new RoadSegClient(http, new RoadSegClientOptions { Retries = RetryPolicy.None });
        using var begun = BatchFolder.Open(folder["results"]);
        var names = FolderPhotos.Of(folder["drive"]).Names.Where(name => !begun.IsSent(name)).ToList();
        return await new BatchSending(client, folder["drive"], begun).RunAsync(names, new UploadRequest(), Cancel);
    }

    /// <summary>Upload keys as the service gives them: one job a key, none for the key of an erased job.</summary>
    private sealed class Uploads : HttpMessageHandler
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, WorkId> _keys = [];

        public Dictionary<WorkId, JobView> Jobs { get; } = [];

        public HashSet<WorkId> Erased { get; } = [];

        public IEnumerable<JobView> Kept => Jobs.Values.Where(job => !Erased.Contains(job.Id));

        public long MaxBytes { get; init; } = 1 << 20;

        /// <summary>Whether a photo gets to storage; where not, the line breaks.</summary>
        public Func<WorkId, bool> Arrives { get; set; } = static _ => true;

        /// <summary>The line breaks when the photo is there.</summary>
        public bool FailsAfter { get; set; }

        public int Sent { get; private set; }

        public void End(JobState state)
        {
            foreach (var job in Jobs.Values.Where(static job => job.State is JobState.AwaitingUpload or JobState.Queued).ToList())
                Jobs[job.Id] = job with { State = state };
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host == "storage")
                await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            lock (_gate)
                return Answer(request);
        }

        private HttpResponseMessage Answer(HttpRequestMessage request)
        {
            if (request.Method == HttpMethod.Post)
                return Issue(request.Headers.GetValues("Idempotency-Key").Single());
            var id = WorkId.TryParse(request.RequestUri!.Segments[^1], out var parsed) ? parsed : default;
            if (request.Method == HttpMethod.Put)
            {
                if (!Arrives(id))
                    throw new HttpRequestException("The line broke.");
                Sent++;
                var now = TimeProvider.System.GetUtcNow();
                Jobs[id] = Jobs[id] with { State = JobState.Queued, Times = Jobs[id].Times with { ReceivedAt = now, QueuedAt = now } };
                return FailsAfter ? throw new HttpRequestException("The line broke.") : new HttpResponseMessage(HttpStatusCode.Created);
            }

            if (request.Method == HttpMethod.Delete && request.RequestUri.Query.Contains("erase", StringComparison.Ordinal))
            {
                Erased.Add(id);
                return new HttpResponseMessage(HttpStatusCode.NoContent);
            }

            if (request.Method == HttpMethod.Delete)
                Jobs[id] = Jobs[id] with { State = JobState.Canceled };
            return new HttpResponseMessage { Content = JsonContent.Create(Jobs[id], JobJson.Default.JobView) };
        }

        private HttpResponseMessage Issue(string key)
        {
            if (!_keys.TryGetValue(key, out var id))
                _keys[key] = id = WorkId.New(TimeProvider.System);
            if (Erased.Contains(id))
                return new HttpResponseMessage(HttpStatusCode.Conflict);
            var now = TimeProvider.System.GetUtcNow();
            Jobs.TryAdd(
                id,
                new JobView
                {
                    Id = id,
                    State = JobState.AwaitingUpload,
                    Times = new JobTimes { CreatedAt = now },
                    Stages = new StageMilliseconds(),
                    Links = new Dictionary<string, string>(),
                });
            var links = new Dictionary<string, string>();
            var ticket = new UploadTicket(id, "PUT", new Uri($"http://storage/{id}"), links, now, MaxBytes, links);
            return new HttpResponseMessage { Content = JsonContent.Create(ticket, JobJson.Default.UploadTicket) };
        }
    }
}
