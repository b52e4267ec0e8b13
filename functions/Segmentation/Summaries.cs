using RoadSeg.Capture;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Labels;

namespace RoadSeg.Functions.Segmentation;

internal static class Summaries
{
    /// <summary>The stored summary of a segmentation; its pixels sum to Width x Height.</summary>
    public static ResultSummary Of(
        SegmentationResult result,
        LabelCatalogue labels,
        JobResult model,
        JobInput input,
        PreprocessSpec preprocess,
        Captured? captured
    ) =>
        new()
        {
            Width = result.Width,
            Height = result.Height,
            Model = model,
            Captured = captured,
            Input = input,
            Preprocess = preprocess,
            Present = [.. result.Classes.Where(found => found.Pixels > 0).Select(found => found.Id)],
            Classes =
            [
                .. labels.Classes.Select(label =>
                {
                    var found = result.Classes[label.Id];
                    return new ClassShare(label.Id, label.Name, label.Color, found.Pixels, found.Share, found.MeanConfidence);
                }),
            ],
        };

    /// <summary>The shares of the classes that have a pixel, as a record keeps them: to a millionth.</summary>
    public static Dictionary<string, double> SharesOf(ResultSummary summary) =>
        summary.Classes.Where(label => label.Pixels > 0).ToDictionary(label => label.Name, label => Math.Round(label.Share, 6));
}
