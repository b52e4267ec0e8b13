using System.Security.Cryptography;

namespace RoadSeg.Datasets.Curation;

/// <summary>A file that is hashed as it is written.</summary>
internal sealed class HashedFile(string folder, string name) : IDisposable
{
    private readonly FileStream stream = new(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public string Name => name;

    public long Bytes { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        hash.AppendData(bytes);
        Bytes += bytes.Length;
    }

    /// <summary>Puts it on the disk.</summary>
    /// <returns>SHA-256, lower case hexadecimal.</returns>
    public string Finish()
    {
        stream.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        stream.Dispose();
        hash.Dispose();
    }
}
