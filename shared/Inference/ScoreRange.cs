namespace RoadSeg.Inference;

/// <summary>What a graph's scores of one picture are like.</summary>
/// <param name="AreProbabilities">All lie in 0-1.</param>
/// <param name="FarthestSum">How far the scores of a cell are from summing to 1, in the worst cell.</param>
internal readonly record struct ScoreRange(bool AreProbabilities, double FarthestSum)
{
    // The tolerance is for exports in 8 bits.
    private const float Tolerance = 0.01f;

    /// <param name="scores">Shape [channels, cells].</param>
    /// <param name="cells">Cells.</param>
    public static ScoreRange Of(ReadOnlySpan<float> scores, int cells)
    {
        var sums = new double[cells];
        var inside = true;
        for (var i = 0; i < scores.Length; i++)
        {
            inside &= scores[i] is >= -Tolerance and <= 1 + Tolerance;
            sums[i % cells] += scores[i];
        }

        return new ScoreRange(inside, sums.Max(sum => Math.Abs(sum - 1)));
    }
}
