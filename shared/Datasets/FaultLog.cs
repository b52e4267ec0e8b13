namespace RoadSeg.Datasets;

/// <summary>Counts every finding and keeps the first of each kind: memory does not grow with the set. For one thread.</summary>
/// <param name="keep">Examples kept of each kind.</param>
/// <param name="sink">Gets every finding as it comes, for the full list; null for none.</param>
internal sealed class FaultLog(int keep, Action<DatasetFault>? sink = null)
{
    private readonly SortedDictionary<FaultKind, (long Count, long Pixels, List<DatasetFault> Examples)> groups = [];

    public void Add(FaultKind kind, string file, string detail, long pixels = 0) => Add(new DatasetFault(kind, file, detail, pixels));

    public void Add(DatasetFault fault)
    {
        fault = fault with { File = PersonalData.Strip(fault.File), Detail = PersonalData.Strip(fault.Detail) };
        var (count, sum, examples) = groups.TryGetValue(fault.Kind, out var group) ? group : (0, 0, []);
        if (examples.Count < keep)
            examples.Add(fault);
        groups[fault.Kind] = (count + 1, sum + fault.Pixels, examples);
        sink?.Invoke(fault);
    }

    public IReadOnlyList<FaultGroup> Groups =>
        [
            .. groups.Select(group => new FaultGroup(
                group.Key,
                Skips(group.Key),
                group.Value.Count,
                group.Value.Pixels,
                [.. group.Value.Examples]
            )),
        ];

    /// <summary>The first finding of a kind, or null.</summary>
    public DatasetFault? First(FaultKind kind) => groups.TryGetValue(kind, out var group) ? group.Examples.FirstOrDefault() : null;

    public static bool Skips(FaultKind kind) => kind < FaultKind.NearDuplicateAcrossSplits;
}
