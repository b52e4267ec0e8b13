using System.Text.Json;

namespace RoadSeg.Jobs;

/// <summary>Names of <see cref="JobPrivacy"/> in JSON and in parameters.</summary>
public static class JobPrivacies
{
    private static readonly Dictionary<string, JobPrivacy> ByName = Enum.GetValues<JobPrivacy>()
        .ToDictionary(privacy => JsonNamingPolicy.KebabCaseLower.ConvertName(privacy.ToString()));

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> Names => ByName.Keys;

    /// <summary>The name.</summary>
    public static string Name(this JobPrivacy privacy) => JsonNamingPolicy.KebabCaseLower.ConvertName(privacy.ToString());

    /// <summary>The one of this name, or null.</summary>
    public static JobPrivacy? Parse(string name) => ByName.TryGetValue(name, out var privacy) ? privacy : null;
}
