using RoadSeg.Capture;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Jobs;

/// <summary>What a mask holds, class by class: the last part of a result file.</summary>
public sealed record ResultSummary
{
    /// <summary>Version of this form.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

    /// <summary>Mask width in pixels: the photo's oriented width.</summary>
    public required int Width { get; init; }

    /// <summary>Mask height in pixels: the photo's oriented height.</summary>
    public required int Height { get; init; }

    /// <summary>Every class of the model's catalogue, in id order; with the unknown ones their pixels sum to Width x Height.</summary>
    public required IReadOnlyList<ClassShare> Classes { get; init; }

    /// <summary>Ids of the classes that have a pixel, ascending; null in summaries of older versions.</summary>
    public IReadOnlyList<int>? Present { get; init; }

    /// <summary>The pixels that are not sure enough to be of a class; absent unless <c>minConfidence</c> asked for it.</summary>
    public UnknownPixels? Unknown { get; init; }

    /// <summary>Model, version, hash and provider that made the mask.</summary>
    public required JobResult Model { get; init; }

    /// <summary>When, where and with what the photo was taken, as far as its file says; null in summaries of older versions.</summary>
    public Captured? Captured { get; init; }

    /// <summary>Size of the model input in pixels.</summary>
    public required JobInput Input { get; init; }

    /// <summary>How the photo became the model input; null in summaries of older versions.</summary>
    public PreprocessSpec? Preprocess { get; init; }

    /// <summary>The classes; <see cref="JobReview.UnknownId"/> is unknown.</summary>
    public LabelCatalogue Catalogue() =>
        new([.. Classes.Select(static label => new LabelClass(label.Id, label.Name, label.Color))], JobReview.UnknownId);

    /// <summary>The summary of what is left of the mask.</summary>
    /// <param name="ids">Shape [Height, Width]: class ids, or <see cref="JobReview.UnknownId"/>.</param>
    /// <param name="confidence">The same shape, as it is kept: means are of these samples.</param>
    /// <param name="floors">By class id the confidence that was asked for, 0-1; null where none is enough.</param>
    public ResultSummary Above(ReadOnlySpan<byte> ids, ReadOnlySpan<byte> confidence, IReadOnlyList<double?> floors)
    {
        ArgumentNullException.ThrowIfNull(floors);
        var (pixels, sums) = (new long[256], new long[256]);
        for (var i = 0; i < ids.Length; i++)
        {
            pixels[ids[i]]++;
            sums[ids[i]] += confidence[i];
        }

        var all = (double)ids.Length;
        return this with
        {
            Classes =
            [
                .. Classes.Select(label =>
                {
                    var left = pixels[label.Id];
                    return label with
                    {
                        Pixels = left,
                        Share = left / all,
                        MeanConfidence = left == 0 ? null : sums[label.Id] / (255.0 * left),
                    };
                }),
            ],
            Present = [.. Classes.Where(label => pixels[label.Id] > 0).Select(static label => label.Id)],
            Unknown = new UnknownPixels(
                pixels[JobReview.UnknownId],
                pixels[JobReview.UnknownId] / all,
                Classes
                    .Where(label => floors[label.Id] is not null)
                    .ToDictionary(static label => label.Name, label => floors[label.Id]!.Value)
            ),
        };
    }
}
