using System.Text.Json;
using RoadSeg.Labels;
using RoadSeg.Storage;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Teaching;

namespace RoadSeg.Trainer.Training;

/// <summary>What a run reports: metrics.jsonl for programs, one line (a bar on a terminal) for people.</summary>
internal sealed class MetricsLog(string folder, TextWriter output, bool terminal, TimeProvider time)
{
    private const int BarWidth = 24;
    private const int RecordEvery = 10;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(30);

    private readonly long _start = time.GetTimestamp();
    private long _firstStep = -1;
    private long _firstAt;
    private long _lastLine;
    private double _lossSum;
    private int _lossCount;

    /// <summary>Whether nothing is written: another rank reports for all.</summary>
    public bool IsSilent { get; init; }

    public string Metrics { get; } = Path.Combine(folder, TrainingFiles.Metrics);

    public void Say(string line)
    {
        if (!IsSilent)
            output.WriteLine(terminal ? $"\r{line, -100}" : line);
    }

    public void Start(long step, long total, double floorAccuracy, double floorMeanIou)
    {
        // A kill may have cut the last line short: it must not swallow the next one.
        if (!IsSilent && File.Exists(Metrics) && !EndsWithNewLine())
            File.AppendAllText(Metrics, "\n");
        Record(
            new
            {
                kind = "start",
                step,
                total,
                floorAccuracy,
                floorMeanIou,
            }
        );
    }

    /// <param name="loss">Of this update.</param>
    /// <param name="meanLoss">Since the last evaluation.</param>
    public void Step(long step, long total, int stepsPerEpoch, double loss, double meanLoss, double rate, TimeSpan waited)
    {
        if (IsSilent)
            return;
        (_lossSum, _lossCount) = (_lossSum + loss, _lossCount + 1);
        if (step % RecordEvery == 0)
        {
            Record(
                new
                {
                    kind = "steps",
                    step,
                    loss = _lossSum / _lossCount,
                    rate,
                }
            );
            (_lossSum, _lossCount) = (0, 0);
        }

        if (_firstStep < 0)
            (_firstStep, _firstAt) = (step, time.GetTimestamp());
        var elapsed = time.GetElapsedTime(_firstAt);
        var perStep = elapsed / Math.Max(1, step - _firstStep);
        var line =
            $"epoch {((step - 1) / stepsPerEpoch) + 1, 4}  step {step}/{total}  loss {meanLoss:F3}  learning rate {rate:0.0e0}"
            + (
                step == _firstStep
                    ? ""
                    : $"  {perStep.TotalSeconds:F2} s a step, {waited / (elapsed + TimeSpan.FromSeconds(1)):P0} waiting for data"
            )
            + (step == _firstStep || step == total ? "" : $"  {Hours((total - step) * perStep)} left");
        if (terminal)
        {
            var filled = (int)(BarWidth * step / total);
            output.Write($"\r[{new string('#', filled)}{new string('.', BarWidth - filled)}] {line}");
        }
        else if (_lastLine == 0 || time.GetElapsedTime(_lastLine) >= LineEvery)
        {
            output.WriteLine(line);
            _lastLine = time.GetTimestamp();
        }
    }

    /// <summary>How much of a teacher's labels was used since this was said last; 0: the first teachers', of all photos.</summary>
    public void Kept(long step, LabelCatalogue labels, KeptLabels kept)
    {
        if (kept.Called == 0)
            return;
        var shares = labels.Classes.ToDictionary(label => label.Name, label => kept.Shares[label.Id]);
        Say(kept.Describe(labels));
        Record(
            new
            {
                kind = "kept",
                step,
                share = kept.Share,
                classes = shares,
            }
        );
        kept.Clear();
    }

    public void Evaluation(long step, int epoch, SetScores scores, double meanLoss, double seconds)
    {
        var (matrix, boundaryF) = (scores.Pixels, scores.Boundaries.Mean);
        Say(
            $"epoch {epoch, 4}  val accuracy {matrix.PixelAccuracy():P2}  class accuracy {matrix.MeanClassAccuracy():P2}  mIoU "
                + $"{matrix.MeanIoU():P2}  boundary F {boundaryF:P2}  train loss {meanLoss:F4}  scored in {seconds:F0} s"
        );
        Record(
            new
            {
                kind = "evaluation",
                step,
                epoch,
                trainLoss = meanLoss,
                accuracy = matrix.PixelAccuracy(),
                classAccuracy = matrix.MeanClassAccuracy(),
                meanIou = matrix.MeanIoU(),
                frequencyWeightedIou = matrix.FrequencyWeightedIoU(),
                boundaryF,
                iou = matrix.ClassIoU(),
                elapsedSeconds = time.GetElapsedTime(_start).TotalSeconds,
            }
        );
    }

    private void Record(object entry)
    {
        if (IsSilent)
            return;
        try
        {
            File.AppendAllText(Metrics, JsonSerializer.Serialize(entry, JsonSerializerOptions.Web) + "\n");
        }
        catch (IOException e)
        {
            throw new TrainerException(
                $"{Metrics} could not be written ({e.Message}). The last checkpoint is whole: free some space and run again with --resume.",
                e
            );
        }
    }

    private static string Hours(TimeSpan left) => FormattableString.Invariant($"{(long)left.TotalHours:00}:{left:mm\\:ss}");

    private bool EndsWithNewLine()
    {
        using var file = File.OpenRead(Metrics);
        if (file.Length == 0)
            return true;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() == '\n';
    }
}
