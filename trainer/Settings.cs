using System.Globalization;

namespace RoadSeg.Trainer;

/// <summary>Reads settings of the environment. One that cannot be read is refused in a sentence that names it.</summary>
internal static class Settings
{
    /// <summary>A number.</summary>
    public static double Number(Func<string, string?> setting, string name, double standard, double least, double most)
    {
        if (setting(name) is not { Length: > 0 } text)
            return standard;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new TrainerException($"{name} is '{text}': write a number from {least.ToString(CultureInfo.InvariantCulture)} to {most.ToString(CultureInfo.InvariantCulture)}.");
    }

    /// <summary>A duration, <c>d.hh:mm:ss</c>.</summary>
    public static TimeSpan Duration(Func<string, string?> setting, string name, TimeSpan standard, TimeSpan least, TimeSpan most)
    {
        if (setting(name) is not { Length: > 0 } text)
            return standard;
        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new TrainerException($"{name} is '{text}': write a duration from {least:c} to {most:c}, as d.hh:mm:ss.");
    }
}
