using System.Text;
using RoadSeg.Evaluation;
using RoadSeg.Labels;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Export;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Publishing;

/// <summary>card.md: what the model is, what it was trained on, how well it does, what not to use it for.</summary>
internal static class ModelCard
{
    public static string Write(
        CardFacts facts,
        Recipe recipe,
        LabelCatalogue labels,
        long parameters,
        LoopState state,
        IReadOnlyList<ExportedGraph> graphs,
        ConfusionMatrix floor,
        int frames,
        (int Width, int Height) truth,
        string goldenNote
    )
    {
        var card = new StringBuilder();
        var (m, t) = (recipe.Model, recipe.Training);
        card.Append(
            $"""
            # {facts.Name}

            **Licence.** {facts.Licence}

            Labels every pixel of a road photo with one of {labels.Count} classes: {string.Join(", ", labels.Classes.Select(c => c.Name))}.

            | | |
            |---|---|
            | network | DeepLabV3+, {m.Backbone} encoder at output stride {m.OutputStride}, ASPP 1x1 + rates {string.Join(
                '/',
                m.AsppRates
            )} + image pooling ({m.AsppChannels} channels), {m.LowLevelChannels} low-level channels, decoder of {m.DecoderChannels}{(
                m.SeparableHead ? ", depthwise-separable" : ""
            )}; {parameters / 1e6:F2} M parameters |
            | graph | opset {OnnxWriter.Opset}: `image` uint8 [N, H, W, 3] RGB of any size (normalisation inside) to `logits` float32 [N, {labels.Count}, H/4, W/4] |
            | input size | about {recipe.Input.Width} x {recipe.Input.Height} pixels in the photo's own shape, sides multiples of {recipe.Input.MultipleOf} |

            ## Origin

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

            """
        );
        foreach (var (precision, content, scores) in graphs)
            card.AppendLine(
                $"| {precision.ToString().ToLowerInvariant()} | {scores.Pixels.PixelAccuracy():F4} | {scores.Pixels.MeanIoU():F4} | "
                    + $"{scores.Pixels.MeanClassAccuracy():F4} | {scores.Pixels.FrequencyWeightedIoU():F4} | {scores.Boundaries.Mean:F4} "
                    + $"| {content.Length / 1e6:F1} MB |"
            );
        card.AppendLine(
            $"| no look at the image | {floor.PixelAccuracy():F4} | {floor.MeanIoU():F4} | {floor.MeanClassAccuracy():F4} | "
                + $"{floor.FrequencyWeightedIoU():F4} | | |"
        );
        var iou = graphs[0].Scores.Pixels.ClassIoU();
        var certain = graphs[0].Scores.Certain;
        card.Append(
            $"""

            IoU by class (fp32):

            | {string.Join(" | ", labels.Classes.Select(c => c.Name))} |
            |{string.Concat(Enumerable.Repeat("---|", labels.Count))}
            | {string.Join(" | ", labels.Classes.Select(c => iou[c.Id] is { } v ? $"{v:F3}" : "absent"))} |

            {Certainty(labels, certain)}
            ## Pictures

            | input | what the fp32 graph gives |
            |---|---|
            | ![A photo](golden-input.png) | ![Its classes in the colours of the catalogue](golden-mask.png) |

            {goldenNote}

            ## Limits

            {facts.Limits}

            """
        );
        return card.ToString();
    }

    // Empty for a model that tells no confidence.
    private static string Certainty(LabelCatalogue labels, IReadOnlyList<CertainPixels?>? certain) =>
        certain is null
            ? ""
            : $"""
                Certainty by class (fp32): the lowest confidence from which on {SetScores.CertainPrecision:P0} of the pixels given the class are right on these frames, and the share of
                them that is so confident. `minConfidence=card` hides what is below. A class without a number reaches it at no confidence, or was given to no pixel, and is hidden throughout. On other photos a model can be sure and wrong.

                | | {string.Join(" | ", labels.Classes.Select(c => c.Name))} |
                |---|{string.Concat(Enumerable.Repeat("---|", labels.Count))}
                | from | {string.Join(" | ", certain.Select(c => c?.From is { } from ? $"{from:F4}" : "-"))} |
                | share | {string.Join(" | ", certain.Select(c => c is null ? "absent" : $"{c.Share:F3}"))} |

                """;
}
