using TorchSharp.Modules;
using static TorchSharp.torch.utils;

namespace RoadSeg.Trainer.Metrics;

/// <summary>A run's past as TensorBoard reads it: <c>tensorboard --logdir RUNS</c>. Each start of a run writes the file anew out of its metrics:
/// what a kill had taken back would otherwise stand in an older file for ever.</summary>
internal sealed class EventFile
{
    /// <summary>Folder of the file in that of the run.</summary>
    public const string Folder = "tensorboard";

    private readonly SummaryWriter _writer;
    private int _steps;
    private int _evaluations;
    private int _kept;

    private EventFile(SummaryWriter writer) => _writer = writer;

    /// <param name="run">The run's folder.</param>
    public static EventFile Anew(string run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(run, Folder)).FullName;
        foreach (var file in Directory.GetFiles(folder, "events.out.tfevents.*"))
            File.Delete(file);
        return new EventFile(tensorboard.SummaryWriter(folder, "", createRunName: false));
    }

    /// <summary>Writes what has come since this was last called.</summary>
    public void Append(MetricsHistory run)
    {
        foreach (var entry in run.Steps.Skip(_steps))
        {
            Add("loss/updates", entry.Loss, entry.Step);
            Add("rate", entry.Rate, entry.Step);
        }

        foreach (var entry in run.Evaluations.Skip(_evaluations))
        {
            Add("loss/evaluations", entry.TrainLoss, entry.Step);
            Add("val/pixel accuracy", entry.Accuracy, entry.Step);
            Add("val/class accuracy", entry.ClassAccuracy, entry.Step);
            Add("val/mIoU", entry.MeanIou, entry.Step);
        }

        foreach (var entry in run.Kept.Skip(_kept))
        {
            foreach (var (name, share) in entry.Classes.Where(label => label.Value is not null))
                Add($"kept/{name}", share!.Value, entry.Step);
        }

        (_steps, _evaluations, _kept) = (run.Steps.Count, run.Evaluations.Count, run.Kept.Count);
    }

    private void Add(string tag, double value, long step) => _writer.add_scalar(tag, (float)value, (int)step);
}
