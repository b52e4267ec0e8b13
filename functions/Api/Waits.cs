using System.Globalization;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

internal static class Waits
{
    /// <summary>The wait of a <c>Prefer</c> header (RFC 7240), at most the seconds given; null when there is none. A preference
    /// that cannot be read is ignored, as the RFC asks.</summary>
    public static TimeSpan? Preferred(HttpRequest request, int most)
    {
        foreach (
            var preference in request.Headers["Prefer"].SelectMany(header => (header ?? "").Split(',', StringSplitOptions.TrimEntries))
        )
        {
            if (preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase) && Seconds(preference[5..]) is { } seconds)
                return TimeSpan.FromSeconds(Math.Min(seconds, most));
        }

        return null;
    }

    /// <summary>The parameter <c>wait</c>, in seconds; null when there is none.</summary>
    /// <exception cref="RoadSegException">request-invalid: not a number from 0 to the most.</exception>
    public static TimeSpan? Asked(HttpRequest request, int most)
    {
        if (!request.Query.TryGetValue("wait", out var text))
            return null;
        return Seconds(text.ToString()) is { } seconds && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"The parameter 'wait' is a number of seconds from 0 to {most}.");
    }

    private static int? Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
