namespace RoadSeg.Registry;

/// <summary>What the gate found of a version.</summary>
/// <param name="Passed">True when every check passed.</param>
/// <param name="Against">The version that was live and that it was compared with.</param>
/// <param name="Checks">The checks.</param>
/// <param name="At">When.</param>
public sealed record GateReport(bool Passed, string? Against, IReadOnlyList<GateCheck> Checks, DateTimeOffset At)
{
    // All of them, or those that are not repeated here would be written before the others.

    /// <summary>True when every check passed.</summary>
    public bool Passed { get; init; } = Passed;

    /// <summary>The version that was live and that it was compared with.</summary>
    public string? Against { get; init; } = Against;

    /// <summary>The checks.</summary>
    public IReadOnlyList<GateCheck> Checks { get; init; } = Checks ?? [];

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; } = At;
}
