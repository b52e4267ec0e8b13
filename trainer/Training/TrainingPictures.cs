using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Pictures;

namespace RoadSeg.Trainer.Training;

/// <summary>Keeps of one evaluation what its pictures show: a few frames that are always the same, and the worst.</summary>
internal sealed class TrainingPictures(SegmentationSet set)
{
    public const string Curves = "curves.png";
    public const string Samples = "samples.png";
    public const string Worst = "worst.png";

    private const int SampleCount = 4;
    private const int WorstCount = 5;

    private readonly int[] _wanted =
    [
        .. Enumerable.Range(0, SampleCount).Select(i => (int)(((2L * i) + 1) * set.Frames.Count / (2 * SampleCount))).Distinct(),
    ];
    private readonly List<ScoredFrame> _samples = [];
    private readonly List<ScoredFrame> _worst = [];

    public void See(FrameResult result)
    {
        var frame = new ScoredFrame(result.Frame, result.Prediction, result.Pixels);
        if (_wanted.Contains(result.Index))
            _samples.Add(frame);
        if (result.Pixels.Total == 0)
            return;
        _worst.Add(frame);
        _worst.Sort((a, b) => a.Scores.MeanIoU().CompareTo(b.Scores.MeanIoU()));
        if (_worst.Count > WorstCount)
            _worst.RemoveAt(WorstCount);
    }

    /// <param name="when">Which weights these are, for the titles.</param>
    public void Write(string folder, MetricsHistory history, string when)
    {
        Save(Path.Combine(folder, Curves), CurvesPicture.Draw(history));
        Save(Path.Combine(folder, Samples), FramesPicture.Draw($"{set.Name}, {when}", _samples, set.Labels));
        if (_worst.Count > 0)
            Save(Path.Combine(folder, Worst), FramesPicture.Draw($"lowest mIoU of {set.Name}, {when}", _worst, set.Labels));
    }

    // Renamed into place: whoever looks sees a whole picture.
    private static void Save(string path, byte[] png)
    {
        File.WriteAllBytes(path + ".tmp", png);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
