namespace RoadSeg.Cli.Service;

/// <summary>How one part of a batch ended: with a value or with a failure.</summary>
internal readonly record struct Outcome<T>(T? Value, Exception? Failure)
    where T : class;
