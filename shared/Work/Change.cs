namespace RoadSeg.Work;

/// <summary>What became of a change.</summary>
/// <param name="Done">True when this call wrote.</param>
/// <param name="Document">The document after the change, or the one that refused it; null when there is none.</param>
public readonly record struct Change<T>(bool Done, Stored<T>? Document)
    where T : class;
