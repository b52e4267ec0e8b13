using System.Diagnostics;
using System.Text.Json;
using RoadSeg.Evaluation;

namespace RoadSeg.Trainer.Training;

/// <summary>What a run tells: metrics.jsonl for programs, one line (a bar on a terminal) for people.</summary>
internal sealed class RunLog(string folder, TextWriter output, bool terminal, TimeProvider time)
{
    private const int BarWidth = 24;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(30);

    private readonly string _metrics = Path.Combine(folder, "metrics.jsonl");
    private readonly long _start = time.GetTimestamp();
    private long _firstStep = -1;
    private long _firstAt;
    private long _lastLine;

    public void Say(string line) => output.WriteLine(terminal ? $"\r{line,-100}" : line);

    public void Step(long step, long total, int stepsPerEpoch, double loss, double rate, TimeSpan waited)
    {
        if (_firstStep < 0)
            (_firstStep, _firstAt) = (step, time.GetTimestamp());
        var elapsed = time.GetElapsedTime(_firstAt);
        var perStep = elapsed / Math.Max(1, step - _firstStep);
        var line = $"epoch {(step / stepsPerEpoch) + 1,4}  step {step}/{total}  loss {loss:F3}  rate {rate:0.0e0}  {perStep.TotalSeconds:F2} s/step  wait {waited / (elapsed + TimeSpan.FromSeconds(1)):P0}  left {(total - step) * perStep:hh\\:mm\\:ss}";
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

    public void Record(object entry) => File.AppendAllText(_metrics, JsonSerializer.Serialize(entry, JsonSerializerOptions.Web) + "\n");

    public void Evaluation(long step, int epoch, ConfusionMatrix matrix, double meanLoss, double seconds)
    {
        Say($"epoch {epoch,4}  val accuracy {matrix.PixelAccuracy():P2}  class accuracy {matrix.MeanClassAccuracy():P2}  mIoU {matrix.MeanIoU():P2}  train loss {meanLoss:F4}  ({seconds:F0} s)");
        Record(new
        {
            kind = "evaluation",
            step,
            epoch,
            trainLoss = meanLoss,
            accuracy = matrix.PixelAccuracy(),
            classAccuracy = matrix.MeanClassAccuracy(),
            meanIou = matrix.MeanIoU(),
            iou = matrix.ClassIoU(),
            elapsedSeconds = time.GetElapsedTime(_start).TotalSeconds,
        });
    }
}
