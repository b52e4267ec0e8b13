using System.Globalization;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Service;

/// <summary>Where each of several jobs stands, as one bar and one line: <c>2 uploading (3.1 MiB), 1 queued, 4 done</c>.</summary>
internal sealed class StageBoard(ProgressTask? bar, int parts)
{
    private const string Uploading = "uploading";
    private const string Done = "done";

    private readonly Lock _gate = new();
    private readonly string?[] _stages = new string?[parts];
    private readonly long[] _sent = new long[parts];

    /// <summary>Called with the bytes of a part's photo that are sent.</summary>
    public IProgress<long> Sent(int part) => new Reporter<long>(bytes => Show(part, Uploading, bytes));

    /// <summary>Called with a part's job as it moves.</summary>
    public IProgress<JobView> Moved(int part) =>
        new Reporter<JobView>(job =>
            Show(
                part,
                job.State.IsTerminal() ? Done
                    : job.Queue is { } place && parts == 1 ? $"queued, place {place.Position}"
                    : job.State.Name(),
                0
            )
        );

    /// <summary>How far work is that is no jobs' of this board.</summary>
    /// <param name="share">0-1 of it.</param>
    /// <param name="line">The same in words.</param>
    public void Tell(double share, string line)
    {
        if (bar is null)
            return;
        lock (_gate)
            (bar.Value, bar.Description) = (share * parts, Markup.Escape(line));
    }

    public void Ended(int part) => Show(part, Done, 0);

    private void Show(int part, string stage, long sent)
    {
        if (bar is null)
            return;
        lock (_gate)
        {
            _stages[part] = stage;
            _sent[part] = sent;
            bar.Value = _stages.Count(now => now == Done);
            bar.Description = string.Join(
                ", ",
                _stages
                    .OfType<string>()
                    .GroupBy(now => now)
                    .Select(group => (parts == 1 ? "" : $"{group.Count()} ") + group.Key + Size(group.Key))
            );
        }
    }

    private string Size(string stage) =>
        stage == Uploading ? string.Create(CultureInfo.InvariantCulture, $" ({_sent.Sum() / 1048576.0:F1} MiB)") : "";

    // Not Progress<T>, whose reports overtake each other.
    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
