using System.Globalization;
using RoadSeg.Batches;

namespace RoadSeg.Functions.Batches;

/// <summary>A manifest as CSV (RFC 4180): one line a photo, one column a class.</summary>
/// <param name="classes">Names of classes that have a column.</param>
internal sealed class BatchCsv(IReadOnlyList<string> classes)
{
    private const string End = "\r\n";

    private static readonly string[] Columns =
    [
        "index",
        "name",
        "state",
        "job",
        "code",
        "width",
        "height",
        "captured",
        "latitude",
        "longitude",
        "altitude",
        "direction",
    ];

    /// <summary>Names of the columns; those of classes begin with <c>share:</c>.</summary>
    public string Header => string.Join(',', Columns.Concat(classes.Select(static name => Text($"share:{name}")))) + End;

    /// <summary>The line of a photo.</summary>
    public string Line(BatchItemView item)
    {
        string?[] cells =
        [
            Number(item.Index),
            Text(item.Name),
            item.State,
            item.Job?.ToString(),
            item.Code,
            Number(item.Width),
            Number(item.Height),
            item.Captured?.Time,
            Number(item.Captured?.Position?.Latitude),
            Number(item.Captured?.Position?.Longitude),
            Number(item.Captured?.Position?.Altitude),
            Number(item.Captured?.Direction?.Degrees),
            .. classes.Select(name => item.Shares is null ? null : Number(item.Shares.GetValueOrDefault(name))),
        ];
        return string.Join(',', cells) + End;
    }

    // Without an exponent, which spreadsheets of some languages do not read.
    private static string? Number(IFormattable? value) => value?.ToString("0.########", CultureInfo.InvariantCulture);

    // A cell that begins like a formula is one to spreadsheets, whoever named the photo so.
    private static string? Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var plain = "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return plain.AsSpan().ContainsAny(",\"\r\n") ? $"\"{plain.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : plain;
    }
}
