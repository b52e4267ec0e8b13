using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>Refuses what a call does not take: a misspelt name would otherwise be left out without a word.</summary>
internal static class KnownNames
{
    /// <summary>Refuses names that are not known.</summary>
    /// <param name="given">Names of a request.</param>
    /// <param name="known">The names that are taken, as they are spelt.</param>
    /// <param name="what">What they are names of, in the singular.</param>
    /// <exception cref="RoadSegException">request-invalid: names the first that is not known, the nearest that is, and all.</exception>
    public static void Require(IEnumerable<string> given, IReadOnlyList<string> known, string what)
    {
        foreach (var name in given)
        {
            if (known.Contains(name, StringComparer.Ordinal))
                continue;
            var all = known.Count == 0 ? "There is none." : $"There are: {string.Join(", ", known)}.";
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"This call takes no {what} '{Shown(name)}'{Spelling.Hint(name, known)} {all}"
            );
        }
    }

    private static string Shown(string name) => new([.. name.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(64)]);
}
