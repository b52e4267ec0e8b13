namespace RoadSeg.Errors;

/// <summary>Which of the known names somebody may have meant.</summary>
public static class Spelling
{
    private const int Longest = 64;

    /// <summary>The known name that takes the fewest insertions, deletions, replacements and exchanges of neighbours to be made of the one
    /// given (optimal string alignment distance), letters of either case alike.</summary>
    /// <param name="given">What was written; of more than 64 characters nothing is near.</param>
    /// <param name="known">The names.</param>
    /// <returns>Null where none shares at least half of its letters with it.</returns>
    public static string? Nearest(string given, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(known);
        return given.Length is 0 or > Longest
            ? null
            : known
                .Select(name => (Name: name, Edits: Edits(given.ToUpperInvariant(), name.ToUpperInvariant())))
                .Where(near => near.Edits * 2 <= Math.Max(near.Name.Length, given.Length))
                .OrderBy(near => near.Edits)
                .ThenBy(near => near.Name, StringComparer.Ordinal)
                .Select(near => near.Name)
                .FirstOrDefault();
    }

    /// <summary>Words to end a sentence with: <c>; did you mean 'model'?</c>, or a full stop.</summary>
    public static string Hint(string given, IEnumerable<string> known) =>
        Nearest(given, known) is { } meant ? $"; did you mean '{meant}'?" : ".";

    private static int Edits(string from, string to)
    {
        var (before, last, row) = (new int[to.Length + 1], new int[to.Length + 1], new int[to.Length + 1]);
        for (var j = 0; j <= to.Length; j++)
            last[j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[to.Length];
    }
}
