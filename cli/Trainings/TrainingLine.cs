using RoadSeg.Cli.Service;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Cli.Trainings;

/// <summary>A run's progress on standard error: one line that is rewritten on a terminal, a line a change of state elsewhere.</summary>
internal sealed class TrainingLine(WorkId id) : IProgress<TrainingView>, IDisposable
{
    private const int Width = 110;
    private string? _last;
    private bool _open;

    public void Report(TrainingView value)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r{TrainingReport.Progress(value), -Width}");
            _open = true;
        }
        else if (TrainingReport.State(value) != _last)
        {
            Screen.Note($"{id}: {TrainingReport.State(value)}{(value.Waits is { } waits ? $". {waits.Message}" : "")}");
        }

        _last = TrainingReport.State(value);
    }

    public void Dispose()
    {
        if (_open)
            Console.Error.Write($"\r{"", -Width}\r");
    }
}
