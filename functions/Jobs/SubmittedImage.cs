using Microsoft.Extensions.Primitives;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Jobs;

/// <summary>The photo of a submission.</summary>
/// <param name="File">Its bytes.</param>
/// <param name="FileName">The caller's name for it, or null.</param>
/// <param name="Parameters">Parameters of the query, and the fields of the form.</param>
internal sealed record SubmittedImage(byte[] File, string? FileName, IEnumerable<KeyValuePair<string, StringValues>> Parameters)
{
    /// <summary>Largest request body in bytes.</summary>
    public const long MaxBodyBytes = 16 * 1024 * 1024;

    private const int MaxFileName = 255;

    /// <summary>What reading a request holds in memory at most: a body whose length is not known before is held twice for a moment
    /// (of a form only the file is held, which comes by way of a temporary file, and little of the fields).</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes.</exception>
    public static long Room(HttpRequest request)
    {
        var bytes = request.ContentLength ?? MaxBodyBytes;
        if (bytes > MaxBodyBytes)
            throw TooLarge();
        return request.ContentLength is null ? 2 * bytes : bytes;
    }

    /// <summary>Reads an image body, or the one file of a multipart form.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, request-too-slow, content-type-unsupported, or request-invalid for a form
    /// that is malformed, without exactly one file or with a field that is not known.</exception>
    public static async Task<SubmittedImage> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        var type = request.ContentType?.Split(';', 2)[0].Trim().ToLowerInvariant();
        if (type == "multipart/form-data")
        {
            var form = await SubmittedForm.ReadAsync(request, MaxBodyBytes, time, TooLarge, cancel);
            KnownNames.Require(form.Fields.Select(static field => field.Key), SubmissionOptions.Names, "field of the form beside the file");
            return new SubmittedImage(form.File, Shown(form.FileName), request.Query.Concat(form.Fields));
        }

        if (type == "application/octet-stream" || type?.StartsWith("image/", StringComparison.Ordinal) == true)
        {
            var photo = await RequestBody.ReadAsync(request, MaxBodyBytes, time, TooLarge, cancel);
            return new SubmittedImage(photo, Shown(request.Query["fileName"].ToString()), request.Query);
        }

        throw new RoadSegException(
            ErrorCodes.ContentTypeUnsupported,
            $"The body's type is '{type}': send the image as image/jpeg, image/png, image/webp, image/avif, image/tiff, image/heic or "
                + "application/octet-stream, or as one file of multipart/form-data."
        );
    }

    /// <summary>A caller's file name as it is kept: shown to people and stored in the record, never used in a path.</summary>
    public static string? Shown(string name)
    {
        var shown = new string([.. name.Where(c => !char.IsControl(c)).Take(MaxFileName)]);

        // The cut may fall inside of a pair, and half of one is no character.
        if (shown is [.., var last] && char.IsHighSurrogate(last))
            shown = shown[..^1];
        return shown.Length == 0 ? null : shown;
    }

    private static RoadSegException TooLarge() =>
        new(
            ErrorCodes.ImageTooManyBytes,
            $"A request body may have at most {MaxBodyBytes} bytes. Get an upload key for a larger photo: POST /v1/uploads."
        );
}
