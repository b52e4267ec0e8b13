using System.Text.Json;

namespace RoadSeg.Trainer.Metrics;

/// <summary>Mean loss of the updates since the entry before, and the rate of the last of them.</summary>
internal sealed record StepEntry(long Step, double Loss, double Rate);

internal sealed record EvaluationEntry(long Step, int Epoch, double TrainLoss, double Accuracy, double ClassAccuracy, double MeanIou);

/// <summary>A run's past as metrics.jsonl has it. A run that was killed repeats what came after its last checkpoint: a start at update n
/// takes back everything later than n, and a line that was cut short counts for nothing.</summary>
internal sealed class MetricsHistory
{
    private readonly List<StepEntry> _steps = [];
    private readonly List<EvaluationEntry> _evaluations = [];
    private readonly List<KeptEntry> _kept = [];
    private long _read;

    public IReadOnlyList<StepEntry> Steps => _steps;

    public IReadOnlyList<EvaluationEntry> Evaluations => _evaluations;

    public IReadOnlyList<KeptEntry> Kept => _kept;

    /// <summary>Updates that the run was started for.</summary>
    public long Total { get; private set; }

    public double? FloorAccuracy { get; private set; }

    public double? FloorMeanIou { get; private set; }

    public long LastStep => Math.Max(_steps.Count == 0 ? 0 : _steps[^1].Step, _evaluations.Count == 0 ? 0 : _evaluations[^1].Step);

    public static MetricsHistory Read(string path)
    {
        var history = new MetricsHistory();
        history.ReadOn(path);
        return history;
    }

    /// <summary>Reads what the file has grown by since it was read last; all of it where it is shorter than it was. A line cut short waits
    /// to be whole.</summary>
    public void ReadOn(string path)
    {
        if (!File.Exists(path))
            return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < _read)
            Forget();
        file.Seek(_read, SeekOrigin.Begin);
        var bytes = new byte[file.Length - _read];
        var news = bytes.AsMemory(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        while (news.Length > 0)
        {
            var end = news.Span.IndexOf((byte)'\n');
            var whole = Add(end < 0 ? news : news[..end]);
            if (end < 0 && !whole)
                return;
            var line = end < 0 ? news.Length : end + 1;
            (_read, news) = (_read + line, news[line..]);
        }
    }

    private void Forget()
    {
        _steps.Clear();
        _evaluations.Clear();
        _kept.Clear();
        (_read, Total, FloorAccuracy, FloorMeanIou) = (0, 0, null, null);
    }

    // False for what is no entry: a kill in the middle of a line.
    private bool Add(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            Add(json.RootElement);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }

    private void Add(JsonElement entry)
    {
        var step = entry.GetProperty("step").GetInt64();
        switch (entry.GetProperty("kind").GetString())
        {
            case "start":
                _steps.RemoveAll(s => s.Step > step);
                _evaluations.RemoveAll(e => e.Step > step);
                _kept.RemoveAll(k => k.Step > step);
                Total = entry.GetProperty("total").GetInt64();
                (FloorAccuracy, FloorMeanIou) = (
                    entry.GetProperty("floorAccuracy").GetDouble(),
                    entry.GetProperty("floorMeanIou").GetDouble()
                );
                break;
            case "kept":
                _kept.Add(new KeptEntry(step, entry.GetProperty("classes").Deserialize<Dictionary<string, double?>>()!));
                break;
            case "steps":
                _steps.Add(new StepEntry(step, entry.GetProperty("loss").GetDouble(), entry.GetProperty("rate").GetDouble()));
                break;
            case "evaluation":
                _evaluations.Add(
                    new EvaluationEntry(
                        step,
                        entry.GetProperty("epoch").GetInt32(),
                        entry.GetProperty("trainLoss").GetDouble(),
                        entry.GetProperty("accuracy").GetDouble(),
                        entry.GetProperty("classAccuracy").GetDouble(),
                        entry.GetProperty("meanIou").GetDouble()
                    )
                );
                break;
        }
    }
}
