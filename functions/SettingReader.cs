using System.Globalization;

namespace RoadSeg.Functions;

/// <summary>Reads app settings. A setting that cannot be read stops the process with a sentence that names it.</summary>
internal static class SettingReader
{
    /// <summary>A whole number.</summary>
    public static long Whole(this IConfiguration settings, string name, long standard, long least, long most)
    {
        if (settings[name] is not { Length: > 0 } text)
            return standard;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new InvalidOperationException($"{name} is '{text}': write a whole number from {least} to {most}.");
    }

    /// <summary>A duration, <c>d.hh:mm:ss</c>.</summary>
    public static TimeSpan Duration(this IConfiguration settings, string name, TimeSpan standard, TimeSpan least, TimeSpan most)
    {
        if (settings[name] is not { Length: > 0 } text)
            return standard;
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new InvalidOperationException($"{name} is '{text}': write a duration from {least:c} to {most:c}, as d.hh:mm:ss.");
    }

    /// <summary>A duration, <c>d.hh:mm:ss</c>; null where there is none.</summary>
    public static TimeSpan? Duration(this IConfiguration settings, string name, TimeSpan least, TimeSpan most) =>
        settings[name] is { Length: > 0 } ? settings.Duration(name, least, least, most) : null;
}
