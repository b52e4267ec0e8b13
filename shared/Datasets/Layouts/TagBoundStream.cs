namespace RoadSeg.Datasets.Layouts;

/// <summary>XML whose tags and texts have a bounded length: a reader holds each of them in memory whole.</summary>
internal sealed class TagBoundStream(Stream inner, long most) : Stream
{
    private long since;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">More bytes than allowed without a '&lt;', which neither an attribute nor a text can
    /// hold.</exception>
    public override int Read(Span<byte> buffer) => Seen(buffer, inner.Read(buffer));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        return Seen(buffer.Span, read);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Seen(ReadOnlySpan<byte> buffer, int read)
    {
        var last = buffer[..read].LastIndexOf((byte)'<');
        since = last < 0 ? since + read : read - last;
        return since <= most ? read : throw new InvalidDataException($"a tag or a text is longer than {most:N0} bytes.");
    }
}
