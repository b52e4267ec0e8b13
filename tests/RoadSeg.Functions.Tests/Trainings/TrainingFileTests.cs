using System.Net;
using System.Net.Http.Headers;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Storage;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Trainings;

/// <summary>What is read of storage for a run's files. The fault: whole files lay in memory, for HEAD, 304 and a few bytes too.</summary>
public sealed class TrainingFileTests(StorageFixture storage) : IAsyncLifetime
{
    private const int MiB = 1 << 20;

    private readonly Reads _reads = new();
    private ApiService _api = null!;
    private WorkId _id;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BlobContainerClient Trainings => storage.Blobs.GetBlobContainerClient(Containers.Trainings);

    public async ValueTask InitializeAsync()
    {
        var options = new BlobClientOptions();
        options.AddPolicy(_reads, HttpPipelinePosition.PerRetry);
        _api = await ApiService.StartAsync(storage, null, services => services.AddSingleton(new BlobServiceClient(storage.ConnectionString, options)));
        _id = WorkId.New(TimeProvider.System);
        var plan = new TrainingPlan("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "model", "live", true);
        await new TrainingStore(storage.Blobs, storage.Queues, TimeProvider.System).CreateAsync(_id, plan, Callers.Local, Cancel);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("metrics", TrainingFiles.Metrics)]
    [InlineData("log", TrainingFiles.Log)]
    [InlineData("curves", "curves.png")]
    public async Task Headers_alone_and_what_the_caller_has_already_read_no_content(string name, string file)
    {
        await WriteAsync(file, Text(MiB));
        using var whole = await SendAsync("GET", name);
        var (content, read) = (await whole.Content.ReadAsByteArrayAsync(Cancel), _reads.Bytes);

        using var head = await SendAsync("HEAD", name);
        using var known = await SendAsync("GET", name, request => request.Headers.IfNoneMatch.Add(whole.Headers.ETag!));
        using var since = await SendAsync("GET", name, request => request.Headers.IfModifiedSince = whole.Content.Headers.LastModified);

        Assert.Equal((MiB, MiB), (content.Length, read));
        Assert.Equal((HttpStatusCode.OK, MiB), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(whole.Content.Headers.ToString(), head.Content.Headers.ToString());
        Assert.Equal(whole.Headers.ETag, head.Headers.ETag);
        Assert.Equal(["bytes"], head.Headers.AcceptRanges);
        Assert.Equal((HttpStatusCode.NotModified, HttpStatusCode.NotModified), (known.StatusCode, since.StatusCode));
        Assert.Equal(read, _reads.Bytes);
    }

    [Theory]
    [InlineData(0, 99, 0, 100)]
    [InlineData((10 * MiB) + 7, (12 * MiB) + 8, (10 * MiB) + 7, (2 * MiB) + 2)]
    [InlineData((20 * MiB) - 10, null, (20 * MiB) - 10, 10)]
    [InlineData(null, 5, (20 * MiB) - 5, 5)]
    [InlineData(MiB, 99 * MiB, MiB, 19 * MiB)]
    public async Task A_part_of_a_long_log_reads_no_more_than_that_part(int? from, int? to, int start, int length)
    {
        var text = Text(20 * MiB);
        await WriteAsync(TrainingFiles.Log, text);

        using var part = await SendAsync("GET", "log", request => request.Headers.Range = new RangeHeaderValue(from, to));

        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(text[start..(start + length)], await part.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(length, _reads.Bytes);
    }

    [Fact]
    public async Task A_range_that_does_not_hold_any_more_is_answered_with_the_whole_and_one_beyond_the_end_with_nothing()
    {
        var text = Text(2 * MiB);
        await WriteAsync(TrainingFiles.Log, text);

        using var whole = await SendAsync("GET", "log", request =>
            (request.Headers.Range, request.Headers.IfRange) = (new RangeHeaderValue(0, 9), new RangeConditionHeaderValue(new EntityTagHeaderValue("\"another\""))));
        Assert.Equal((HttpStatusCode.OK, 2 * MiB), (whole.StatusCode, whole.Content.Headers.ContentLength));
        Assert.Equal(text, await whole.Content.ReadAsByteArrayAsync(Cancel));
        var read = _reads.Bytes;
        using var beyond = await SendAsync("GET", "log", request => request.Headers.Range = new RangeHeaderValue(2 * MiB, null));

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal(read, _reads.Bytes);
    }

    [Fact]
    public async Task An_empty_log_is_answered_empty()
    {
        await Trainings.GetAppendBlobClient(BlobPaths.TrainingFile(_id, TrainingFiles.Log)).CreateAsync(cancellationToken: Cancel);

        using var empty = await SendAsync("GET", "log");

        Assert.Equal((HttpStatusCode.OK, 0), (empty.StatusCode, empty.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_log_that_grows_while_it_is_read_is_answered_as_long_as_it_was_even_where_the_connection_to_storage_breaks(bool breaks)
    {
        var text = Text(3 * MiB);
        var blob = Trainings.GetAppendBlobClient(BlobPaths.TrainingFile(_id, TrainingFiles.Log));
        await blob.CreateAsync(cancellationToken: Cancel);
        await blob.AppendBlockAsync(new MemoryStream(text), cancellationToken: Cancel);
        _reads.Before = () => blob.AppendBlockAsync(new MemoryStream(Text(100)), cancellationToken: Cancel);
        _reads.BreakAfter = breaks ? MiB : null;

        using var answer = await SendAsync("GET", "log");

        Assert.Equal((HttpStatusCode.OK, 3 * MiB), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Equal(text, await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.True((await blob.GetPropertiesAsync(cancellationToken: Cancel)).Value.ContentLength > 3 * MiB);
        Assert.Equal(breaks, _reads.Broken);
    }

    [Fact]
    public async Task A_picture_that_is_replaced_before_it_is_read_is_not_answered_under_the_name_of_the_one_before()
    {
        await WriteAsync("curves.png", Text(1000));
        _reads.Before = () => WriteAsync("curves.png", Text(2000));

        using var answer = await SendAsync("GET", "curves");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        _reads.Before = null;
        Assert.Equal(2000, (await _api.Http.GetByteArrayAsync(new Uri($"/v1/trainings/{_id}/curves", UriKind.Relative), Cancel)).Length);
    }

    [Fact]
    public async Task A_file_that_is_read_here_and_there_is_the_same_everywhere()
    {
        var text = Text(1000);
        await WriteAsync(TrainingFiles.Log, text);
        var blob = Trainings.GetBlobClient(BlobPaths.TrainingFile(_id, TrainingFiles.Log));
        await using var content = new BlobContent(blob, text.Length, null, text.Length);

        foreach (var (offset, origin, at) in ((int, SeekOrigin, int)[])
            [(3, SeekOrigin.Begin, 3), (500, SeekOrigin.Begin, 500), (-400, SeekOrigin.Current, 110), (-10, SeekOrigin.End, 990)])
        {
            Assert.Equal(at, content.Seek(offset, origin));
            var read = new byte[10];
            await content.ReadExactlyAsync(read, Cancel);
            Assert.Equal(text[at..(at + 10)], read);
        }
    }

    [Fact]
    public async Task A_file_that_is_shorter_than_it_was_ends_in_an_error_and_not_in_waiting()
    {
        await WriteAsync(TrainingFiles.Log, Text(100));
        var blob = Trainings.GetBlobClient(BlobPaths.TrainingFile(_id, TrainingFiles.Log));
        await using var content = new BlobContent(blob, 200, null, 200);

        var reading = Task.Run(async () => await content.CopyToAsync(Stream.Null, Cancel), Cancel);

        await Task.WhenAny(reading).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        await Assert.ThrowsAnyAsync<Exception>(() => reading);
    }

    private async Task WriteAsync(string file, byte[] content) =>
        await Trainings.GetBlobClient(BlobPaths.TrainingFile(_id, file)).UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);

    private async Task<HttpResponseMessage> SendAsync(string method, string name, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/v1/trainings/{_id}/{name}");
        with?.Invoke(request);
        return await _api.Http.SendAsync(request, Cancel);
    }

    private static byte[] Text(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Counts what storage sends of a run's files, and disturbs it.</summary>
    private sealed class Reads : HttpPipelinePolicy
    {
        private long _bytes;

        public long Bytes => Interlocked.Read(ref _bytes);

        public Func<Task>? Before { get; set; }

        /// <summary>Bytes after which the first read breaks off.</summary>
        public int? BreakAfter { get; set; }

        public bool Broken { get; private set; }

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var content = message.Request.Method == RequestMethod.Get && (message.Request.Uri.Path.EndsWith(".txt", StringComparison.Ordinal)
                || message.Request.Uri.Path.EndsWith(".jsonl", StringComparison.Ordinal) || message.Request.Uri.Path.EndsWith(".png", StringComparison.Ordinal));
            if (content && Before is not null)
                await Before();
            await ProcessNextAsync(message, pipeline);
            if (!content || message.Response.IsError)
                return;
            Interlocked.Add(ref _bytes, message.Response.Headers.ContentLength ?? throw new InvalidOperationException("Of no length."));
            if (BreakAfter is { } after && !Broken)
                (Broken, message.Response.ContentStream) = (true, new CutStream(message.Response.ContentStream!, after, static () => new IOException("broken")));
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
