using RoadSeg.Startup;

namespace RoadSeg.Trainer.Publishing;

/// <summary>What a version must reach to go live by itself, from the worker's environment.</summary>
internal sealed record GateOptions
{
    /// <summary>ROADSEG_GATE_MEAN_IOU_LOSS: mean IoU that may be lost against the live version on the same frames, 0-1. Default
    /// 0.005.</summary>
    public double MeanIouLoss { get; init; } = 0.005;

    /// <summary>ROADSEG_GATE_MEAN_IOU_FLOOR: least mean IoU whatever the live version has, 0-1. Default 0: none.</summary>
    public double MeanIouFloor { get; init; }

    /// <summary>ROADSEG_GATE_CLASS_IOU_LOSS: IoU that any one class may lose against the live version, 0-1. Default 0.10.</summary>
    public double ClassIouLoss { get; init; } = 0.10;

    /// <summary>ROADSEG_GATE_CLASS_IOU_FLOOR: least IoU of every class that the frames show, whatever the live version has, 0-1. Default 0:
    /// none.</summary>
    public double ClassIouFloor { get; init; }

    /// <summary>ROADSEG_GATE_INT8_LOSS: mean IoU that the int8 graph may lose against fp32, 0-1. Default 0.005.</summary>
    public double Int8Loss { get; init; } = 0.005;

    /// <summary>ROADSEG_GATE_LATENCY: largest ratio of the median times of a run, candidate to live, each at its own input size, 0.01-1000.
    /// Default 1.25.</summary>
    public double Latency { get; init; } = 1.25;

    /// <summary>ROADSEG_GATE_DISAGREEMENT: largest share of pixels of recent photos on which candidate and live differ, 0-1. Default
    /// 0.30.</summary>
    public double Disagreement { get; init; } = 0.30;

    /// <summary>ROADSEG_GATE_PHOTOS: recent photos to compare on, 0-256. Default 16.</summary>
    public int Photos { get; init; } = 16;

    /// <exception cref="TrainerException">A setting is out of its range.</exception>
    public static GateOptions Read(Func<string, string?> setting)
    {
        var standard = new GateOptions();
        return new GateOptions
        {
            MeanIouLoss = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_MEAN_IOU_LOSS",
                standard.MeanIouLoss,
                0,
                1
            ),
            MeanIouFloor = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_MEAN_IOU_FLOOR",
                standard.MeanIouFloor,
                0,
                1
            ),
            ClassIouLoss = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_CLASS_IOU_LOSS",
                standard.ClassIouLoss,
                0,
                1
            ),
            ClassIouFloor = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_CLASS_IOU_FLOOR",
                standard.ClassIouFloor,
                0,
                1
            ),
            Int8Loss = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_INT8_LOSS",
                standard.Int8Loss,
                0,
                1
            ),
            Latency = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_LATENCY",
                standard.Latency,
                0.01,
                1000
            ),
            Disagreement = new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                "ROADSEG_GATE_DISAGREEMENT",
                standard.Disagreement,
                0,
                1
            ),
            Photos = (int)
                new SettingReader(setting, static sentence => new TrainerException(sentence)).Number(
                    "ROADSEG_GATE_PHOTOS",
                    standard.Photos,
                    0,
                    256
                ),
        };
    }
}
