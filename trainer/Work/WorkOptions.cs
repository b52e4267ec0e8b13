using RoadSeg.Startup;

namespace RoadSeg.Trainer.Work;

/// <summary>How a worker takes runs, from its environment. Durations are written <c>d.hh:mm:ss</c>.</summary>
internal sealed record WorkOptions
{
    /// <summary>Where data sets, models and runs lie while they are worked on.</summary>
    public required string Folder { get; init; }

    /// <summary>Data sets among it, which are kept for a month after their last use.</summary>
    public string Curated => Path.Combine(Folder, "curated");

    /// <summary>Models among it, kept as long.</summary>
    public string Models => Path.Combine(Folder, "models");

    /// <summary>ROADSEG_WORK_LOCK: how long a message stays with a worker that gives no sign; a third of it passes between two signs. A
    /// killed worker's run goes on elsewhere after this. Default 1 minute, 3 seconds to 1 day.</summary>
    public TimeSpan Lock { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>ROADSEG_WORK_POLL: between two looks at an empty queue. Default 5 seconds, 100 milliseconds to 1 hour.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>ROADSEG_WORK_REPORT: between two reports of a run, which also see that it was canceled. Default 2 seconds, 100 milliseconds
    /// to 1 minute.</summary>
    public TimeSpan Report { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Deliveries of one message without a newer checkpoint after which its run fails with attempts-exhausted; being stopped in
    /// good order does not count.</summary>
    public const int MaxDeliveries = 5;

    /// <exception cref="TrainerException">A setting is out of its range.</exception>
    public static WorkOptions Read(string folder, Func<string, string?> setting)
    {
        var standard = new WorkOptions { Folder = folder };
        return standard with
        {
            Lock = new SettingReader(setting, static sentence => new TrainerException(sentence)).Duration(
                "ROADSEG_WORK_LOCK",
                standard.Lock,
                TimeSpan.FromSeconds(3),
                TimeSpan.FromDays(1)
            ),
            Poll = new SettingReader(setting, static sentence => new TrainerException(sentence)).Duration(
                "ROADSEG_WORK_POLL",
                standard.Poll,
                TimeSpan.FromMilliseconds(100),
                TimeSpan.FromHours(1)
            ),
            Report = new SettingReader(setting, static sentence => new TrainerException(sentence)).Duration(
                "ROADSEG_WORK_REPORT",
                standard.Report,
                TimeSpan.FromMilliseconds(100),
                TimeSpan.FromMinutes(1)
            ),
        };
    }
}
