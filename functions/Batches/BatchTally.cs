using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>How the items of a batch ended, read from its logs: three bytes an item, and of the logs only what was not read
/// before.</summary>
/// <param name="batch">The batch.</param>
/// <param name="total">Its items.</param>
internal sealed class BatchTally(WorkId batch, int total)
{
    // The last stands for all reasons beyond those that a byte can tell apart.
    private const int MostCodes = byte.MaxValue;

    private Task _reading = Task.CompletedTask;
    private readonly long[] _read = new long[BatchItems.Logs(total)];
    private readonly string[] _names = [.. Enumerable.Range(0, BatchItems.Logs(total)).Select(log => BlobPaths.BatchLog(batch, log))];

    private readonly byte[] _states = new byte[total];
    private readonly byte[] _rounds = new byte[total];
    private readonly byte[] _reasons = new byte[total];
    private readonly List<string> _codes = [""];

    /// <summary>Bytes it holds.</summary>
    public long Bytes => (3L * total) + (8L * _read.Length);

    /// <summary>Reads what the logs gained: one read after the other.</summary>
    public Task ReadAsync(BlobContainerClient runs, CancellationToken cancel)
    {
        lock (_codes)
            return _reading = ReadAfterAsync(_reading, runs, cancel);
    }

    /// <summary>Whether nothing is left to do for an item in a round: it has succeeded, or ended in that round.</summary>
    public bool IsSettled(int index, int round) => _states[index] != 0 && (StateOf(index) == JobState.Succeeded || _rounds[index] >= round);

    /// <summary>How its latest job that has ended did so; null while none has.</summary>
    public JobState? EndOf(int index) => _states[index] == 0 ? null : StateOf(index);

    /// <summary>The round of that job.</summary>
    public int RoundOf(int index) => _rounds[index];

    /// <summary>Items by where they stand.</summary>
    /// <param name="record">The batch.</param>
    public BatchCounts Count(BatchRecord record)
    {
        int waiting = 0,
            underWay = 0,
            succeeded = 0,
            failed = 0,
            canceled = 0;
        var reasons = new int[_codes.Count];
        for (var i = 0; i < total; i++)
        {
            switch (StandingOf(record, i))
            {
                case BatchStanding.Waiting:
                    waiting++;
                    break;
                case BatchStanding.UnderWay:
                    underWay++;
                    break;
                case BatchStanding.Succeeded:
                    succeeded++;
                    break;
                case BatchStanding.Canceled:
                    canceled++;
                    break;
                default:
                    failed++;
                    reasons[Math.Min(_reasons[i], reasons.Length - 1)]++;
                    break;
            }
        }

        var codes = reasons
            .Select((count, code) => (Code: _codes[code], Count: count))
            .Where(static reason => reason is { Count: > 0, Code.Length: > 0 })
            .ToDictionary(static reason => reason.Code, static reason => reason.Count);
        return new BatchCounts(waiting, underWay, succeeded, failed, canceled, codes.Count == 0 ? null : codes);
    }

    /// <summary>Where an item stands.</summary>
    public BatchStanding StandingOf(BatchRecord record, int index)
    {
        if (IsSettled(index, record.Round))
            return StateOf(index) switch
            {
                JobState.Succeeded => BatchStanding.Succeeded,
                JobState.Canceled => BatchStanding.Canceled,
                _ => BatchStanding.Failed,
            };
        if (index < record.Next)
            return BatchStanding.UnderWay;
        return record.State is BatchState.Canceling or BatchState.Canceled ? BatchStanding.Canceled : BatchStanding.Waiting;
    }

    private async Task ReadAfterAsync(Task before, BlobContainerClient runs, CancellationToken cancel)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var grown = new List<(int Log, long Length)>();
        await foreach (var blob in runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.BatchLogs(batch), cancel))
        {
            var log = Array.FindIndex(_names, name => name == blob.Name);
            if (log >= 0 && blob.Properties.ContentLength is { } length && length > _read[log])
                grown.Add((log, length));
        }

        await Parallel.ForEachAsync(
            grown,
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel },
            async (log, stop) => await ReadAsync(runs, log.Log, log.Length, stop)
        );
    }

    private JobState StateOf(int index) => (JobState)(_states[index] - 1);

    private async Task ReadAsync(BlobContainerClient runs, int log, long length, CancellationToken cancel)
    {
        var part = new BlobDownloadOptions { Range = new HttpRange(_read[log], length - _read[log]) };
        var content = await runs.GetBlobClient(_names[log]).DownloadContentAsync(part, cancel);
        var lines = content.Value.Content.ToMemory();
        lock (_codes)
        {
            while (lines.Span.IndexOf((byte)'\n') is >= 0 and var end)
            {
                if (MessageBody.TryRead(lines.Span[..end], JobJson.Default.BatchLine) is { } line)
                    Note(line);
                lines = lines[(end + 1)..];
                _read[log] += end + 1;
            }
        }
    }

    private void Note(BatchLine line)
    {
        if (line.Index < 0 || line.Index >= total || line.Round is < 0 or >= BatchItems.MostRounds)
            return;
        if (_states[line.Index] != 0 && _rounds[line.Index] > line.Round)
            return;
        _states[line.Index] = (byte)(1 + (int)line.State);
        _rounds[line.Index] = (byte)line.Round;
        var reason = _codes.IndexOf(line.Code ?? "");
        if (reason < 0 && _codes.Count < MostCodes)
        {
            reason = _codes.Count;
            _codes.Add(line.Code!);
        }

        _reasons[line.Index] = (byte)Math.Max(0, reason);
    }
}
