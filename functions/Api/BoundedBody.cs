namespace RoadSeg.Functions.Api;

internal static class BoundedBody
{
    /// <summary>Reads a stream to its end; null when it holds more than the bytes given, however it was sent.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, long most, CancellationToken cancel)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[81920];
        for (int read; (read = await body.ReadAsync(piece, cancel)) > 0;)
        {
            if (buffer.Length + read > most)
                return null;
            buffer.Write(piece, 0, read);
        }

        return buffer.ToArray();
    }
}
