using Microsoft.AspNetCore.Http.Features;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>The photo of a submission.</summary>
/// <param name="File">Its bytes.</param>
/// <param name="FileName">The caller's name for it, or null.</param>
internal sealed record SubmittedImage(byte[] File, string? FileName)
{
    private const int MaxFileName = 255;

    /// <summary>Reads an image body, or the one file of a multipart form.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, content-type-unsupported, or request-invalid for a form without exactly one file.</exception>
    public static async Task<SubmittedImage> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > JobEndpoints.MaxBodyBytes)
            throw TooLarge();
        var type = request.ContentType?.Split(';', 2)[0].Trim().ToLowerInvariant();
        if (type == "multipart/form-data")
        {
            var form = await request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = JobEndpoints.MaxBodyBytes }, cancel);
            if (form.Files is not [var file])
                throw new RoadSegException(ErrorCodes.RequestInvalid, $"Send exactly one file in the form, not {form.Files.Count}.");
            await using var stream = file.OpenReadStream();
            return new SubmittedImage(await ReadAllAsync(stream, cancel), Shown(file.FileName));
        }

        if (type == "application/octet-stream" || type?.StartsWith("image/", StringComparison.Ordinal) == true)
            return new SubmittedImage(await ReadAllAsync(request.Body, cancel), null);
        throw new RoadSegException(
            ErrorCodes.ContentTypeUnsupported,
            $"The body's type is '{type}': send the image as image/jpeg, image/png, image/webp, image/avif, image/tiff or application/octet-stream, or as one file of multipart/form-data.");
    }

    private static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancel)
    {
        using var buffer = new MemoryStream();
        var piece = new byte[81920];
        for (int read; (read = await body.ReadAsync(piece, cancel)) > 0;)
        {
            buffer.Write(piece, 0, read);
            if (buffer.Length > JobEndpoints.MaxBodyBytes)
                throw TooLarge();
        }

        return buffer.ToArray();
    }

    private static RoadSegException TooLarge() => new(
        ErrorCodes.ImageTooManyBytes, $"A request body may be at most {JobEndpoints.MaxBodyBytes} bytes. Put larger photos into storage.");

    // Shown to people and stored in the record, never used in a path.
    private static string? Shown(string name) =>
        name.Length == 0 ? null : new string([.. name.Where(c => !char.IsControl(c)).Take(MaxFileName)]);
}
