using System.Globalization;
using NCrontab;

namespace RoadSeg.LocalHost.Timers;

/// <summary>A timer's schedule: NCrontab with six fields (five accepted) or a constant interval. Times are local.</summary>
internal abstract class TimerSchedule
{
    /// <summary>Whether occurrences are a minute or more apart: shorter schedules are never monitored.</summary>
    public abstract bool CanBeMonitored(DateTime now);

    /// <summary>The first occurrence after a local time.</summary>
    public abstract DateTime Next(DateTime now);

    /// <exception cref="FormatException">Neither a cron expression nor a time span.</exception>
    public static TimerSchedule Parse(string expression)
    {
        var fields = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields is 5 or 6 && CrontabSchedule.TryParse(expression, new CrontabSchedule.ParseOptions { IncludingSeconds = fields == 6 }) is { } cron)
            return new Cron(cron, fields == 6);
        if (TimeSpan.TryParse(expression, CultureInfo.InvariantCulture, out var interval) && interval > TimeSpan.Zero) return new Constant(interval);
        throw new FormatException($"The schedule expression '{expression}' was not recognized as a valid cron expression or timespan string.");
    }

    private sealed class Cron(CrontabSchedule schedule, bool hasSeconds) : TimerSchedule
    {
        public override bool CanBeMonitored(DateTime now) =>
            !hasSeconds
            || schedule.ToString().Split(' ').Skip(1).Any(field => field != "*")
            || schedule.GetNextOccurrences(now, now.AddMinutes(1)).Take(2).Count() < 2;

        public override DateTime Next(DateTime now) => DateTime.SpecifyKind(schedule.GetNextOccurrence(now), DateTimeKind.Local);
    }

    private sealed class Constant(TimeSpan interval) : TimerSchedule
    {
        public override bool CanBeMonitored(DateTime now) => interval >= TimeSpan.FromMinutes(1);

        public override DateTime Next(DateTime now) => now + interval;
    }
}
