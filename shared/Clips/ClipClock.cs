using System.Globalization;

namespace RoadSeg.Clips;

/// <summary>Times of a video as people read them.</summary>
internal static class ClipClock
{
    /// <summary>Hours, minutes and seconds, and tenths where there are any: <c>0:01:23.4</c>.</summary>
    public static string Text(TimeSpan time)
    {
        var tenths = (long)(time.TotalSeconds * 10);
        var text = string.Create(CultureInfo.InvariantCulture, $"{tenths / 36_000}:{tenths / 600 % 60:00}:{tenths / 10 % 60:00}");
        return tenths % 10 == 0 ? text : $"{text}.{tenths % 10}";
    }
}
