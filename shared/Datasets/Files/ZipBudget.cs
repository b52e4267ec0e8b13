namespace RoadSeg.Datasets.Files;

/// <summary>What is left of the limits of one drop, however many archives it came as.</summary>
internal sealed class ZipBudget(ZipLimits limits)
{
    private long entries;
    private long claimed;

    public ZipLimits Limits => limits;

    /// <summary>Bytes that may still be written.</summary>
    public long Left { get; private set; } = limits.MaxTotalBytes;

    /// <summary>Counts the entries of one more archive.</summary>
    public void AddEntries(int count)
    {
        entries += count;
        if (entries > limits.MaxEntries)
            throw ZipUnpacker.Refused(
                $"The set's archives hold {entries:N0} entries; at most {limits.MaxEntries:N0} are allowed. Drop the files themselves."
            );
    }

    /// <summary>Counts what a file is said to unpack to, before any of it is.</summary>
    public void Claim(long bytes)
    {
        claimed += bytes;
        if (claimed > limits.MaxTotalBytes)
            throw ZipUnpacker.Refused($"The set unpacks to more than {limits.MaxTotalBytes:N0} bytes. Drop the files themselves.");
    }

    /// <summary>Takes what was written.</summary>
    public void Spend(long bytes) => Left -= bytes;
}
