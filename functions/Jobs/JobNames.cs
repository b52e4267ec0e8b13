namespace RoadSeg.Functions.Jobs;

/// <summary>A page of a list of names.</summary>
/// <param name="Names">The names, each ending in an id.</param>
/// <param name="Next">Where the list goes on behind all of them; null where it ends there.</param>
/// <param name="After">Where it goes on behind one of them.</param>
internal sealed record JobNames(IReadOnlyList<string> Names, string? Next, Func<string, string?> After);
