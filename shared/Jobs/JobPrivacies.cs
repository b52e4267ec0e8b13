using System.Text.Json;

namespace RoadSeg.Jobs;

/// <summary>Names of <see cref="JobPrivacy"/> in JSON and in parameters.</summary>
public static class JobPrivacies
{
    // In the order in which they are written.
    private static readonly JobPrivacy[] Wishes = [JobPrivacy.Redact, JobPrivacy.NoLocation];

    private static readonly Dictionary<string, JobPrivacy> ByName = Wishes.ToDictionary(WordOf);

    /// <summary>All of them, and all together.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [JobPrivacy.NoLocation.Name(), JobPrivacy.Redact.Name(), (JobPrivacy.NoLocation | JobPrivacy.Redact).Name()];

    /// <summary>The name: of several wishes theirs, with commas between them.</summary>
    public static string Name(this JobPrivacy privacy) => string.Join(',', Wishes.Where(wish => privacy.HasFlag(wish)).Select(WordOf));

    /// <summary>Whether a wish is among them.</summary>
    public static bool Has(this JobPrivacy? privacy, JobPrivacy wish) => privacy?.HasFlag(wish) == true;

    /// <summary>The wishes of this name, in any order and each once; or null.</summary>
    public static JobPrivacy? Parse(string? name)
    {
        JobPrivacy all = 0;
        foreach (var word in (name ?? "").Split(','))
        {
            if (!ByName.TryGetValue(word.Trim(), out var wish) || all.HasFlag(wish))
                return null;
            all |= wish;
        }

        return all;
    }

    private static string WordOf(JobPrivacy wish) => JsonNamingPolicy.KebabCaseLower.ConvertName(wish.ToString());
}
