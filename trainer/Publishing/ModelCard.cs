using System.Text;
using RoadSeg.Datasets.Curation;
using RoadSeg.Evaluation;
using RoadSeg.Labels;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Publishing;

/// <summary>What the author of a model says about it; the rest of the card is measured.</summary>
/// <param name="Name">Package name: lower-case letters, digits, dashes.</param>
/// <param name="DataSet">Name of the data set and the split scored.</param>
/// <param name="Licence">Licence of the weights and what it means.</param>
/// <param name="Origin">Where the initial weights came from.</param>
/// <param name="Limits">What to expect of it and what not.</param>
/// <param name="Source">The data set as metrics name it, such as <c>camvid</c> or <c>name/version</c> of a curated set.</param>
internal sealed record CardFacts(string Name, string DataSet, string Licence, string Origin, string Limits, string Source)
{
    private const string CamVidLicence = "For research and evaluation only: trained on CamVid (Cambridge-driving Labeled Video Database, the 11-class form of the SegNet papers), whose frames are licensed CC BY-NC 4.0. Do not use the weights commercially.";

    private const string CamVidLimits = """
        CamVid's validation split is one contiguous clip of about 7 seconds, from a drive that also supplies 204 of the training frames: it is easy,
        says little about other drives, and is not comparable with published CamVid results, which are on the test split.
        Daylight streets of one English city, seen from a car: expect poor results at night, in snow, from the pavement or from above, and on thin
        things such as poles. There is no class for lane markings or animals: such pixels become whichever class fits least badly.
        Not for driving, nor for any decision about people.
        """;

    private static readonly string[] CamVidClasses = ["sky", "building", "pole", "road", "pavement", "tree", "sign-symbol", "fence", "car", "pedestrian", "bicyclist"];

    /// <summary>Of a curated set: what its manifest says.</summary>
    public static CardFacts Of(CuratedSet set, string name, string origin)
    {
        var manifest = set.Manifest;
        var source = $"{manifest.Name}/{set.Version}";
        return new CardFacts(
            name,
            $"{source} val ({set.Labels.Count} classes)",
            manifest.Licence.Length > 0 ? $"Trained on '{manifest.Name}': {manifest.Licence}" : $"Trained on '{manifest.Name}', whose description states no licence: ask its owner before you pass the weights on.",
            origin,
            "Known from the scores above alone: expect poor results on whatever the data set does not show. Not for driving, nor for any decision about people.",
            source);
    }

    /// <summary>Of the 11-class CamVid; null for a folder of other classes, of which nothing is known.</summary>
    public static CardFacts? OfCamVid(LabelCatalogue labels, string name, string origin) => labels.Classes.Select(one => one.Name).SequenceEqual(CamVidClasses)
        ? new CardFacts(name, "CamVid val (11 classes)", CamVidLicence, origin, CamVidLimits, "camvid")
        : null;
}

/// <summary>card.md: what the model is, what it was trained on, how well it does, what not to use it for.</summary>
internal static class ModelCard
{
    public static string Write(CardFacts facts, Recipe recipe, LabelCatalogue labels, long parameters, RunState state, IReadOnlyList<ExportedGraph> graphs, ConfusionMatrix floor, int frames, (int Width, int Height) truth, string goldenNote)
    {
        var card = new StringBuilder();
        var (m, t) = (recipe.Model, recipe.Training);
        card.Append($"""
            # {facts.Name}

            Labels every pixel of a road photo with one of {labels.Count} classes: {string.Join(", ", labels.Classes.Select(c => c.Name))}.

            | | |
            |---|---|
            | network | DeepLabV3+, {m.Backbone} encoder at output stride {m.OutputStride}, ASPP 1x1 + rates {string.Join('/', m.AsppRates)} + image pooling ({m.AsppChannels} channels), {m.LowLevelChannels} low-level channels, decoder of {m.DecoderChannels}{(m.SeparableHead ? ", depthwise-separable" : "")}; {parameters / 1e6:F2} M parameters |
            | graph | opset {OnnxWriter.Opset}: `image` uint8 [N, H, W, 3] RGB of any size (normalisation inside) to `logits` float32 [N, {labels.Count}, H/4, W/4] |
            | input size | about {recipe.Input.Width} x {recipe.Input.Height} pixels in the photo's own shape, sides multiples of {recipe.Input.MultipleOf} |

            ## Licence and origin

            {facts.Licence}

            {facts.Origin}

            ## Training

            Trained by RoadSeg's own trainer: the best weights of a schedule of {t.Epochs} epochs (after update {state.BestStep}), by {t.Optimizer}, batch {t.BatchSize}, learning rate {t.LearningRate:0.####} (encoder x{t.EncoderRate}), {t.Schedule.ToString().ToLowerInvariant()} schedule,
            crops of {recipe.Augmentation.CropWidth} x {recipe.Augmentation.CropHeight} from scales {recipe.Augmentation.ScaleMin}-{recipe.Augmentation.ScaleMax}, mirroring, colour changes; weights averaged over updates ({t.EmaDecay}). The whole configuration is in `manifest.json`.

            ## Scores

            {facts.DataSet}, {frames} frames: logits upsampled to the size of the ground truth ({truth.Width} x {truth.Height}), unlabelled pixels left out, one confusion matrix over the set,
            measured through the engine that serves the model. The checkpoint was chosen on these same frames. Boundary F is that of Csurka et al. (BMVC 2013), within
            0.75 % of the image's diagonal.

            | graph | pixel accuracy | mean IoU | mean class accuracy | frequency-weighted IoU | boundary F | size |
            |---|---|---|---|---|---|---|

            """);
        foreach (var (precision, content, scores) in graphs)
            card.AppendLine($"| {precision.ToString().ToLowerInvariant()} | {scores.Pixels.PixelAccuracy():F4} | {scores.Pixels.MeanIoU():F4} | {scores.Pixels.MeanClassAccuracy():F4} | {scores.Pixels.FrequencyWeightedIoU():F4} | {scores.Boundaries.Mean:F4} | {content.Length / 1e6:F1} MB |");
        card.AppendLine($"| no look at the image | {floor.PixelAccuracy():F4} | {floor.MeanIoU():F4} | {floor.MeanClassAccuracy():F4} | {floor.FrequencyWeightedIoU():F4} | | |");
        var iou = graphs[0].Scores.Pixels.ClassIoU();
        card.Append($"""

            IoU by class (fp32):

            | {string.Join(" | ", labels.Classes.Select(c => c.Name))} |
            |{string.Concat(Enumerable.Repeat("---|", labels.Count))}
            | {string.Join(" | ", labels.Classes.Select(c => iou[c.Id] is { } v ? $"{v:F3}" : "absent"))} |

            ## Pictures

            | input | what the fp32 graph gives |
            |---|---|
            | ![A photo](golden-input.png) | ![Its classes in the colours of the catalogue](golden-mask.png) |

            {goldenNote}

            ## Limits

            {facts.Limits}

            """);
        return card.ToString();
    }
}
