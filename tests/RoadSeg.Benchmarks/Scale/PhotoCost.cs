namespace RoadSeg.Benchmarks.Scale;

/// <summary>What a thousand photos cost.</summary>
internal static class PhotoCost
{
    // ASSUMED: one look at mask, summary and page by the caller.
    private const double AnswerGigabytes = 0.0001;

    // Of the roles as deployed: ten queues that the CPU role polls, two of the GPU role, each twice a second when idle.
    private const double Queues = 12,
        LooksASecond = 2,
        Month = 30.4 * 24 * 3600;

    private const double GpuUse = 0.75;

    /// <summary>Prints a row for each size and state of the code.</summary>
    public static void Print(ServiceTimes times, Prices prices)
    {
        Console.WriteLine("\nDollars for 1,000 photos of 12 megapixels, POST /v1/jobs; prices of Scale/Prices.cs\n");
        Console.WriteLine("| photos a month | | blob writes and lists | other requests | GPU | cores | egress | idle polling | together |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var (name, photos) in (ReadOnlySpan<(string, double)>)[("1 M", 1e6), ("100 M", 1e8), ("10 B", 1e10)])
        {
            foreach (var requests in (ReadOnlySpan<PhotoRequests>)[PhotoRequests.Before, PhotoRequests.Now])
                Row(name, photos, requests, times, prices);
        }
    }

    private static void Row(string name, double photos, PhotoRequests requests, ServiceTimes times, Prices prices)
    {
        var writes = requests.Writes * prices.BlobWrites / 10;
        var others = ((requests.Reads * prices.BlobReads) + (requests.Queue * prices.QueueOperations)) / 10;
        var gpu = 1000 * times.GpuTurn(1) / GpuUse / 3600 * prices.GpuHour;
        var cores = 1000 * (times.Decode + times.Encode) * prices.CoreSecond;
        var egress = 1000 * AnswerGigabytes * prices.EgressGigabyte;

        // A queue that has messages is polled by who takes them; at most one idle replica of each role is counted.
        var idle = Queues * LooksASecond * Month / 10_000 * prices.QueueOperations / (photos / 1000);
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {requests.When} | {writes:F4} | {others:F4} | {gpu:F4} | {cores:F4} | {egress:F4} | {idle:F4} | {writes + others + gpu + cores + egress + idle:F4} |"));
    }
}
