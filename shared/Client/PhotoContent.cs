using System.Net;

namespace RoadSeg.Client;

/// <summary>A photo's bytes from the stream's position to its end, reported as they are sent. Leaves the stream open.</summary>
internal sealed class PhotoContent(Stream photo, IProgress<long>? progress) : HttpContent
{
    private const int Piece = 64 * 1024;

    private readonly long _length = photo.Length - photo.Position;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var piece = new byte[Piece];
        long sent = 0;
        for (int read; (read = await photo.ReadAsync(piece, cancellationToken)) > 0; )
        {
            await stream.WriteAsync(piece.AsMemory(0, read), cancellationToken);
            progress?.Report(sent += read);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
