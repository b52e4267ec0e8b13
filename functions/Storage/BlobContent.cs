using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace RoadSeg.Functions.Storage;

/// <summary>A blob, or a part of one, as a seekable stream as long as it was when it was asked for. Storage is asked for what is read and
/// what follows it, nothing before; nothing is held but what storage sends.</summary>
/// <param name="blob">Where it lies.</param>
/// <param name="length">Its length in bytes, as its properties or its record said.</param>
/// <param name="version">The version to read; null for a blob that only grows, whose first bytes are the same in all versions.</param>
/// <param name="end">Bytes from the start after which nobody is expected to read on: storage is asked for no more. Who does read on gets
/// the rest all the same.</param>
/// <param name="start">First byte of the part in the blob.</param>
internal sealed class BlobContent(BlobClient blob, long length, ETag? version, long end, long start = 0) : Stream
{
    private const int Tries = 3;

    private BlobDownloadStreamingResult? _open;
    private long _openAt;
    private long _position;

    /// <summary>A blob that never changes, by one request where it is read from its start: its length comes with its content.</summary>
    /// <exception cref="RequestFailedException">Storage failed, or there is no such blob.</exception>
    public static async Task<BlobContent> OpenAsync(BlobClient blob, HttpRequest request, CancellationToken cancel)
    {
        var whole = (await blob.DownloadStreamingAsync(cancellationToken: cancel)).Value;
        var length = whole.Details.ContentLength;
        return new BlobContent(blob, length, whole.Details.ETag, EndOf(request, length)) { _open = whole };
    }

    /// <summary>A part of a blob that never changes, by one request for what a range asks for.</summary>
    /// <exception cref="RequestFailedException">Storage failed, or there is no such blob.</exception>
    public static async Task<BlobContent> OpenAsync(BlobClient blob, long start, long length, HttpRequest request, CancellationToken cancel)
    {
        var (first, end) = (FirstOf(request, length), EndOf(request, length));
        var range = new HttpRange(start + first, end - first);
        var part = (await blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancel)).Value;
        return new BlobContent(blob, length, part.Details.ETag, end, start) { _open = part, _openAt = first };
    }

    /// <summary>Where a request for one range ends; the framework answers several, and what it cannot read, with the whole.</summary>
    public static long EndOf(HttpRequest request, long length) =>
        request.GetTypedHeaders().Range is { Ranges: { Count: 1 } ranges }
        && ranges.Single() is { From: not null, To: { } last }
        && last < length
            ? last + 1
            : length;

    // Where the framework answers with the whole, or with the end of it, another request is made from there.
    private static long FirstOf(HttpRequest request, long length) =>
        request.GetTypedHeaders().Range is { Ranges: { Count: 1 } ranges } && ranges.Single() is { From: { } first } && first < length
            ? first
            : 0;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <exception cref="RequestFailedException">Storage failed, or the version that was to be read is no longer there.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var opened = 0;
        while (_position < length && buffer.Length > 0)
        {
            try
            {
                if (_openAt != _position)
                    Close(ref _open);
                if (_open is null)
                    (_open, _openAt, opened) = (await OpenAsync(cancellationToken), _position, opened + 1);
                var read = await _open.Content.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken);
                _openAt = _position += read;
                if (read > 0)
                    return read;
                if (opened > 0)
                    throw new EndOfStreamException($"{blob.Name} is shorter than it was.");
            }
            catch (RequestFailedException e) when (e.Status == 412 && version is null && _open is not null && opened < Tries)
            {
                // The connection broke and the client took it up again, but only in the version that it had begun: the blob has grown
                // since.
            }

            Close(ref _open);
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) =>
        Position =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => _position,
                _ => length,
            };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Close(ref _open);
        base.Dispose(disposing);
    }

    private async Task<BlobDownloadStreamingResult> OpenAsync(CancellationToken cancel)
    {
        var until = _position < end && end < length ? end : length;
        return await blob.DownloadStreamingAsync(
            new BlobDownloadOptions
            {
                Range = new HttpRange(start + _position, until - _position),
                Conditions = version is { } known ? new BlobRequestConditions { IfMatch = known } : null,
            },
            cancel
        );
    }

    private static void Close(ref BlobDownloadStreamingResult? open)
    {
        open?.Dispose();
        open = null;
    }
}
