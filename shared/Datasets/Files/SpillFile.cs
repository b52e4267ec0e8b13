using Microsoft.Win32.SafeHandles;

namespace RoadSeg.Datasets.Files;

/// <summary>Puts aside what would otherwise grow with the set in memory: a temporary file that has no name, so that a killed process leaves
/// none. Made when the first bytes come. One thread writes; several may read.</summary>
internal sealed class SpillFile : IDisposable
{
    private SafeFileHandle? file;
    private long end;

    /// <exception cref="IOException">The temporary folder is full.</exception>
    public Spilled Put(ReadOnlySpan<byte> bytes)
    {
        file ??= Open();
        RandomAccess.Write(file, bytes, end);
        var put = new Spilled(end, bytes.Length);
        end += bytes.Length;
        return put;
    }

    public byte[] Read(Spilled put)
    {
        var bytes = new byte[put.Length];
        for (var read = 0; read < bytes.Length; )
        {
            var more = RandomAccess.Read(file!, bytes.AsSpan(read), put.At + read);
            read += more > 0 ? more : throw new EndOfStreamException("The temporary file is shorter than what was put aside.");
        }

        return bytes;
    }

    public void Dispose() => file?.Dispose();

    private static SafeFileHandle Open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"roadseg-{Guid.NewGuid():N}");
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        File.Delete(path);
        return handle;
    }
}
