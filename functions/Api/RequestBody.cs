using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>A request's body as it is read: never more bytes than allowed, however it was sent, and never for ever.</summary>
internal sealed class RequestBody : Stream
{
    /// <summary>Bytes a second under which a body is too slow: about a megabit.</summary>
    public const int SlowestRate = 128 * 1024;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly Stream _inner;
    private readonly long _most;
    private readonly Func<RoadSegException> _tooLarge;
    private readonly CancellationTokenSource _late;
    private long _read;

    /// <param name="request">Its body is not owned.</param>
    /// <param name="most">Bytes that may come.</param>
    /// <param name="time">Clock of the deadline: 20 s, and what the bytes take at the slowest rate.</param>
    /// <param name="tooLarge">The refusal of more bytes, also of a request that only says that more are to come.</param>
    public RequestBody(HttpRequest request, long most, TimeProvider time, Func<RoadSegException> tooLarge)
    {
        if (request.ContentLength > most)
            throw tooLarge();
        _tooLarge = tooLarge;
        _inner = request.Body;
        _most = most;
        _late = new CancellationTokenSource(Grace + TimeSpan.FromSeconds((double)(request.ContentLength ?? most) / SlowestRate), time);
    }

    /// <summary>Why the body could not be read to its end; null while it could.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="RoadSegException">The refusal of more bytes, or request-too-slow.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpRequest request,
        long most,
        TimeProvider time,
        Func<RoadSegException> tooLarge,
        CancellationToken cancel
    )
    {
        await using var body = new RequestBody(request, most, time, tooLarge);
        if (request.ContentLength is { } length)
        {
            // The server ends the body there.
            var whole = new byte[length];
            await body.ReadExactlyAsync(whole, cancel);
            return whole;
        }

        using var buffer = new MemoryStream();
        await body.CopyToAsync(buffer, cancel);
        return buffer.ToArray();
    }

    /// <summary>Reads what is left of a body and lets it go: on its way are proxies that hear an answer only when they have passed all of
    /// it on.</summary>
    public static async Task DiscardAsync(HttpRequest request, long most, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            await using var body = new RequestBody(request, most, time, static () =>
                new RoadSegException(ErrorCodes.ImageTooManyBytes, "More than is read.")
            );
            await body.CopyToAsync(Null, cancel);
        }
        catch (Exception e) when (e is RoadSegException or IOException)
        {
            // Too much, too slow or broken off: the answer that is to be given says enough.
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _late.Token);
        try
        {
            var read = await _inner.ReadAsync(buffer, either.Token);
            if ((_read += read) > _most)
                throw _tooLarge();
            return read;
        }
        catch (Exception e)
        {
            Failure = e;
            if (e is not OperationCanceledException || !_late.IsCancellationRequested || cancellationToken.IsCancellationRequested)
                throw;
            throw Failure = new RoadSegException(
                ErrorCodes.RequestTooSlow,
                $"The body came at less than {SlowestRate} bytes a second. Send a photo over a slow line with an upload key: POST "
                    + "/v1/uploads.",
                e
            );
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _late.Dispose();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
