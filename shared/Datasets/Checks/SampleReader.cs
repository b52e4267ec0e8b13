using System.Security.Cryptography;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Layouts;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Checks;

/// <summary>Reads and checks one pair by itself. Safe for several threads.</summary>
internal sealed class SampleReader(IDatasetFiles files, LabelMap map, DatasetSpec spec, PreprocessSpec target, DatasetOptions options)
{
    private readonly MaskReader masks = new(files, map.Encoding, spec.Labels?.Overlap is not null, options.Limits);

    /// <exception cref="RoadSegException">storage-unavailable: the run cannot go on. Everything about the pair itself is in the
    /// outcome.</exception>
    public async Task<SampleOutcome> ReadAsync(SamplePair pair, Split split, CancellationToken cancel)
    {
        var faults = new List<DatasetFault>();
        var (kind, file) = (FaultKind.ImageUnreadable, pair.Image);
        try
        {
            var bytes = await files.ReadAsync(pair.Image, options.Limits.MaxBytes, cancel);
            var header = ImageProbe.Read(bytes, options.Limits);
            (kind, file) = (FaultKind.MaskUnreadable, pair.Mask.Shown);
            var mask = await masks.ReadAsync(pair.Mask, header, cancel);
            faults.AddRange(mask.Findings);
            using (var values = mask.Values)
            {
                if (!SameSize(pair, header, mask, faults))
                    return new SampleOutcome(pair, null, false, faults);
                (kind, file) = (FaultKind.ImageUnreadable, pair.Image);
                var image = ImageDecoder.DecodeForModel(bytes, header, target);
                var sample = new Sample(
                    pair,
                    split,
                    image,
                    MaskScan.Of(values, map, image.Width, image.Height),
                    values.Width,
                    values.Height,
                    SHA256.HashData(bytes),
                    mask.Sha256,
                    PerceptualHash.Of(image)
                );
                return new SampleOutcome(pair, sample, Judge(sample, values.Lossy, faults), faults);
            }
        }
        catch (Exception e) when (e is RoadSegException { IsTransient: false } or IOException or UnauthorizedAccessException)
        {
            faults.Add(new DatasetFault(kind, file, e is RoadSegException ? e.Message : "The file cannot be opened."));
            return new SampleOutcome(pair, null, false, faults);
        }
    }

    private static bool SameSize(SamplePair pair, ImageHeader header, ReadMask read, List<DatasetFault> faults)
    {
        var mask = read.Values;
        if ((mask.Width, mask.Height) == (header.OrientedWidth, header.OrientedHeight))
        {
            if (header.Orientation != 1)
                faults.Add(
                    new DatasetFault(
                        FaultKind.ImageTurned,
                        pair.Image,
                        $"Is stored with EXIF orientation {header.Orientation}; "
                            + (
                                read.Turned
                                    ? "its labels are of the picture as stored, and were turned with it."
                                    : "the mask is taken to be of the upright picture."
                            )
                    )
                );
            return true;
        }

        var turned =
            (mask.Width, mask.Height) == (header.Width, header.Height)
                ? " The mask fits the picture as stored, before its EXIF orientation: label the upright picture."
                : "";
        faults.Add(
            new DatasetFault(
                FaultKind.SizeMismatch,
                pair.Image,
                $"Is {header.OrientedWidth} x {header.OrientedHeight}, its mask {mask.Width} x {mask.Height}.{turned}"
            )
        );
        return false;
    }

    /// <returns>False when the pair is of no use.</returns>
    private bool Judge(Sample sample, bool lossy, List<DatasetFault> faults)
    {
        var scan = sample.Scan;
        var (image, mask) = (sample.Pair.Image, sample.Pair.Mask.Shown);
        if (lossy)
            faults.Add(
                new DatasetFault(
                    FaultKind.MaskLossy,
                    mask,
                    "Is stored in a lossy format: values near borders are not the labels drawn. Export it as PNG."
                )
            );
        if (scan.Overlap > 0)
            faults.Add(
                new DatasetFault(
                    FaultKind.LabelsOverlap,
                    mask,
                    "Labels lie over each other; labels.overlap gives their order.",
                    scan.Overlap
                )
            );
        if (scan.Ambiguous > 0)
            faults.Add(
                new DatasetFault(
                    FaultKind.AmbiguousValues,
                    mask,
                    $"Holds {Values(key => map.Ambiguous.ContainsKey(key))}, which means several classes.",
                    scan.Ambiguous
                )
            );
        if (scan.Unknown > 0 && scan.Blended * 2 >= scan.Unknown)
            faults.Add(
                new DatasetFault(
                    FaultKind.MaskAntialiased,
                    mask,
                    "Holds blends of labels along their borders: resize and draw masks without smoothing (nearest).",
                    scan.Unknown
                )
            );
        else if (scan.Unknown > 0)
            faults.Add(
                new DatasetFault(
                    FaultKind.UnknownValues,
                    mask,
                    $"Holds {Values(key => key != MaskValues.Overlap && !map.TryGet(key, out _) && !map.Ambiguous.ContainsKey(key))}, "
                        + "which the label map does not know.",
                    scan.Unknown
                )
            );
        if (sample.Image.Pixels.AsSpan(3).SequenceEqual(sample.Image.Pixels.AsSpan(0, sample.Image.Pixels.Length - 3)))
        {
            faults.Add(new DatasetFault(FaultKind.ImageConstant, image, "Every pixel is the same."));
            return false;
        }

        if (scan.Labelled == 0)
        {
            faults.Add(new DatasetFault(FaultKind.MaskUnlabelled, mask, "No pixel has a label."));
            return false;
        }

        if (scan.Values.Count == 1)
            faults.Add(new DatasetFault(FaultKind.MaskConstant, mask, $"Is {Name(scan.Values.Keys.First())} all over."));
        return true;

        string Values(Func<int, bool> which) =>
            string.Join(
                ", ",
                scan.Values.Where(value => which(value.Key))
                    .OrderByDescending(value => value.Value)
                    .ThenBy(value => value.Key)
                    .Take(5)
                    .Select(value => $"{Name(value.Key)} on {value.Value:N0} pixels")
            ) + (scan.Values.Keys.Count(which) > 5 ? ", ..." : "");

        string Name(int key) =>
            MaskValues.Special(key) ?? (map.NameOf(key) is { Length: > 0 } name ? $"{map.Text(key)} ({name})" : map.Text(key));
    }
}
