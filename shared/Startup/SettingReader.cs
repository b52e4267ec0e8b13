using System.Globalization;

namespace RoadSeg.Startup;

/// <summary>Reads settings. One that cannot be read is refused in a sentence that names it.</summary>
/// <param name="read">The text of a setting; null or empty where there is none.</param>
/// <param name="refuse">Makes the exception of a sentence.</param>
public sealed class SettingReader(Func<string, string?> read, Func<string, Exception> refuse)
{
    /// <summary>A whole number.</summary>
    public long Whole(string name, long standard, long least, long most)
    {
        if (read(name) is not { Length: > 0 } text)
            return standard;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw refuse($"{name} is '{text}': write a whole number from {least} to {most}.");
    }

    /// <summary>A number.</summary>
    public double Number(string name, double standard, double least, double most)
    {
        if (read(name) is not { Length: > 0 } text)
            return standard;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw refuse(string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}': write a number from {least} to {most}."));
    }

    /// <summary>A duration, <c>d.hh:mm:ss</c>.</summary>
    public TimeSpan Duration(string name, TimeSpan standard, TimeSpan least, TimeSpan most) => Duration(name, least, most) ?? standard;

    /// <summary>A duration, <c>d.hh:mm:ss</c>; null where there is none.</summary>
    public TimeSpan? Duration(string name, TimeSpan least, TimeSpan most)
    {
        if (read(name) is not { Length: > 0 } text)
            return null;
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw refuse($"{name} is '{text}': write a duration from {least:c} to {most:c}, as d.hh:mm:ss.");
    }
}
