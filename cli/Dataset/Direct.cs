namespace RoadSeg.Cli.Dataset;

/// <summary>Answers at once, where <see cref="Progress{T}"/> would answer on another thread, out of order.</summary>
internal sealed class Direct<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
