using System.Text.RegularExpressions;

namespace RoadSeg.Datasets;

/// <summary>Keeps people out of names: annotation tools write the annotator's e-mail address into file names.</summary>
internal static partial class PersonalData
{
    /// <summary>The text without e-mail addresses. Of <c>task-1-annotation-2-by-ann@example.com-tag-road-0.png</c> remains
    /// <c>task-1-annotation-2-tag-road-0.png</c>.</summary>
    public static string Strip(string text) =>
        text.Contains('@', StringComparison.Ordinal) ? Address().Replace(ByAnnotator().Replace(text, "-"), "address-removed") : text;

    // The domain ends at the first dotted label of letters that a dash or the end follows: labels themselves may hold dashes.
    [GeneratedRegex(@"-by-[^/@\s]+@[A-Za-z0-9.-]*?\.[A-Za-z]{2,}(-|$)", RegexOptions.CultureInvariant)]
    private static partial Regex ByAnnotator();

    [GeneratedRegex(@"[^/@\s""',;<>]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
