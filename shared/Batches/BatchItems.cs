namespace RoadSeg.Batches;

/// <summary>How the items of a batch are counted and kept together.</summary>
public static class BatchItems
{
    /// <summary>Items of one list.</summary>
    public const int OfList = 1000;

    /// <summary>Items a batch may have. Their index stands in the ids of their jobs, in 20 bits.</summary>
    public const int Most = 1_000_000;

    /// <summary>Times that an item may be tried: the round stands in the ids of jobs, in 5 bits.</summary>
    public const int MostRounds = 32;

    // An append blob takes 50,000 blocks; each try of an item appends one, in the worst case twice.
    private const int OfLog = 2000;
    private const int MostLogs = 256;

    /// <summary>Lists of so many items.</summary>
    public static int Lists(int total) => (total + OfList - 1) / OfList;

    /// <summary>Logs of so many items: enough that none is full after a few tries of everything, and that not all ends queue for
    /// one.</summary>
    public static int Logs(int total) => Math.Clamp((total + OfLog - 1) / OfLog, 1, MostLogs);

    /// <summary>The log of an item.</summary>
    public static int LogOf(int index, int total) => index % Logs(total);

    /// <summary>File of a list: JSON lines, one <see cref="BatchItem"/> each.</summary>
    public static string List(int list) => $"items/{list:D4}.jsonl";

    /// <summary>File of a list's part of the manifest: JSON lines, one <see cref="BatchItemView"/> each.</summary>
    public static string Manifest(int list) => $"manifest/{list:D4}.jsonl";
}
