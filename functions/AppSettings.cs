using RoadSeg.Startup;

namespace RoadSeg.Functions;

/// <summary>Reads app settings. A setting that cannot be read stops the process with a sentence that names it.</summary>
internal static class AppSettings
{
    /// <summary>A whole number.</summary>
    public static long Whole(this IConfiguration settings, string name, long standard, long least, long most) =>
        Reader(settings).Whole(name, standard, least, most);

    /// <summary>A number.</summary>
    public static double Number(this IConfiguration settings, string name, double standard, double least, double most) =>
        Reader(settings).Number(name, standard, least, most);

    /// <summary>A duration, <c>d.hh:mm:ss</c>.</summary>
    public static TimeSpan Duration(this IConfiguration settings, string name, TimeSpan standard, TimeSpan least, TimeSpan most) =>
        Reader(settings).Duration(name, standard, least, most);

    /// <summary>A duration, <c>d.hh:mm:ss</c>; null where there is none.</summary>
    public static TimeSpan? Duration(this IConfiguration settings, string name, TimeSpan least, TimeSpan most) =>
        Reader(settings).Duration(name, least, most);

    private static SettingReader Reader(IConfiguration settings) =>
        new(name => settings[name], static sentence => new InvalidOperationException(sentence));
}
