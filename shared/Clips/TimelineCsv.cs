using System.Globalization;
using System.Text;

namespace RoadSeg.Clips;

/// <summary>A timeline as a table (RFC 4180, UTF-8 without a mark): a header, then a row a frame. The first columns are always the same,
/// then follows one a class, named as the class, with shares from 0 to 1; what is not known is empty.</summary>
public static class TimelineCsv
{
    private static readonly string[] Always =
    [
        "frame",
        "seconds",
        "time",
        "latitude",
        "longitude",
        "altitude",
        "heading",
        "state",
        "code",
        "job",
    ];

    /// <summary>Writes the table.</summary>
    public static byte[] Write(Timeline timeline)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        var text = new StringBuilder();
        Row([.. Always, .. timeline.Classes.Select(static label => Word(label.Name))]);
        foreach (var frame in timeline.Frames)
        {
            var (place, way) = (frame.Captured?.Position, frame.Captured?.Direction);
            var shares = timeline.Classes.Select((_, i) => Number(frame.Shares?.ElementAtOrDefault(i), "0.######"));
            string[] known =
            [
                Number(frame.Index, "0"),
                Number(frame.Seconds, "0.######"),
                Word(frame.Captured?.Time),
                Number(place?.Latitude, "0.########"),
                Number(place?.Longitude, "0.########"),
                Number(place?.Altitude, "0.###"),
                Number(way?.Degrees, "0.###"),
                Word(frame.State),
                Word(frame.Code),
                Word(frame.Job?.ToString()),
            ];
            Row([.. known, .. shares]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());

        void Row(string[] cells) => text.AppendJoin(',', cells).Append("\r\n");
    }

    private static string Number(double? value, string form) => value?.ToString(form, CultureInfo.InvariantCulture) ?? "";

    // A spreadsheet takes what begins so for a formula; after an apostrophe it does not.
    private static string Word(string? text)
    {
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..])
            text = "'" + text;
        return text is not null && text.AsSpan().ContainsAny(",\"\r\n")
            ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : text ?? "";
    }
}
