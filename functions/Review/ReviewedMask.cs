using System.Security.Cryptography;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;

namespace RoadSeg.Functions.Review;

/// <summary>A mask that a person sends, held against the photo and the model's classes.</summary>
internal static class ReviewedMask
{
    // A version begins with digits of the pixels' hash, and each that is saved has a file of its own all the same.
    private const int ContentDigits = 16;

    /// <summary>Refuses a file that cannot be a mask of the photo, by its header alone.</summary>
    /// <exception cref="RoadSegException">mask-invalid: another size than the photo's; or as <see cref="MaskPng.Size"/> throws.</exception>
    public static void RequireSize(ReadOnlySpan<byte> png, JobImage photo, ImageLimits limits)
    {
        var (width, height) = MaskPng.Size(png, limits);
        if ((width, height) != (photo.Width, photo.Height))
            throw Invalid(
                $"The mask is {width} x {height} pixels and the photo {photo.Width} x {photo.Height}: send it at the photo's own size, "
                    + "upright, as GET .../mask answers it."
            );
    }

    /// <summary>True for two reviews of the same pixels by the same person.</summary>
    public static bool IsSame(JobReview? one, JobReview other) =>
        one is not null && one.By == other.By && one.Version.AsSpan(0, ContentDigits).SequenceEqual(other.Version.AsSpan(0, ContentDigits));

    /// <summary>Counts a mask's pixels.</summary>
    /// <param name="sent">The mask, of the photo's size.</param>
    /// <param name="own">The model's mask of the same size.</param>
    /// <param name="labels">The model's classes.</param>
    /// <param name="by">Who sends it.</param>
    /// <param name="at">When.</param>
    /// <exception cref="RoadSegException">mask-invalid: a pixel is no class of the model, or the file's palette shows that its numbers
    /// are not the model's.</exception>
    public static JobReview Count(IndexedImage sent, IndexedImage own, LabelCatalogue labels, string by, DateTimeOffset at)
    {
        var (pixels, changed) = (new long[256], new long[256]);
        for (var i = 0; i < sent.Ids.Length; i++)
        {
            var id = sent.Ids[i];
            pixels[id]++;
            if (id != own.Ids[i])
                changed[id]++;
        }

        for (var id = 0; id < JobReview.UnknownId; id++)
        {
            if (pixels[id] > 0)
                Require(id, sent, labels);
        }

        return new JobReview(
            string.Concat(Convert.ToHexStringLower(SHA256.HashData(sent.Ids)).AsSpan(0, ContentDigits), $"{Guid.NewGuid():N}"),
            by,
            at,
            changed.Sum(),
            pixels[JobReview.UnknownId],
            [.. labels.Classes.Select(label => new ReviewedClass(label.Id, label.Name, label.Color, pixels[label.Id], changed[label.Id]))]
        );
    }

    // Editors that save a palette anew, smaller or sorted, change what the numbers mean: the colours tell.
    private static void Require(int id, IndexedImage sent, LabelCatalogue labels)
    {
        if (id >= labels.Count)
        {
            var at = sent.Ids.AsSpan().IndexOf((byte)id);
            throw Invalid(
                $"Pixel ({at % sent.Width}, {at / sent.Width}) has the value {id}. The model's classes are 0 to {labels.Count - 1}; "
                    + $"{JobReview.UnknownId} is unknown."
            );
        }

        if (sent.Palette is { } palette && palette[id] != labels.Classes[id].Color)
            throw Invalid(
                $"The palette shows the value {id} as {palette[id]}, and class {id}, {labels.Classes[id].Name}, is "
                    + $"{labels.Classes[id].Color}: the values were numbered anew. Save the mask as 8-bit grey, or keep the palette of "
                    + "GET .../mask."
            );
    }

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.MaskInvalid, detail);
}
