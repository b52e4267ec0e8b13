using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>The photo of a submission.</summary>
/// <param name="File">Its bytes.</param>
/// <param name="FileName">The caller's name for it, or null.</param>
/// <param name="Parameters">Parameters of the query, and the fields of the form.</param>
internal sealed record SubmittedImage(byte[] File, string? FileName, IEnumerable<KeyValuePair<string, StringValues>> Parameters)
{
    private const int MaxFileName = 255;

    /// <summary>Reads an image body, or the one file of a multipart form.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, content-type-unsupported, or request-invalid for a form that is malformed or without exactly one file.</exception>
    public static async Task<SubmittedImage> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > JobEndpoints.MaxBodyBytes)
            throw TooLarge();
        var type = request.ContentType?.Split(';', 2)[0].Trim().ToLowerInvariant();
        if (type == "multipart/form-data")
        {
            // The form's own limit is one of each part: the sum is counted here, where a body in chunks names no length.
            using var whole = new MemoryStream(await ReadAllAsync(request.Body, cancel), writable: false);
            request.Body = whole;
            var form = await FormAsync(request, cancel);
            if (form.Files is not [var file])
                throw new RoadSegException(ErrorCodes.RequestInvalid, $"Send exactly one file in the form, not {form.Files.Count}.");
            await using var stream = file.OpenReadStream();
            return new SubmittedImage(await ReadAllAsync(stream, cancel), Shown(file.FileName), request.Query.Concat(form));
        }

        if (type == "application/octet-stream" || type?.StartsWith("image/", StringComparison.Ordinal) == true)
            return new SubmittedImage(await ReadAllAsync(request.Body, cancel), Shown(request.Query["fileName"].ToString()), request.Query);
        throw new RoadSegException(
            ErrorCodes.ContentTypeUnsupported,
            $"The body's type is '{type}': send the image as image/jpeg, image/png, image/webp, image/avif, image/tiff or application/octet-stream, or as one file of multipart/form-data.");
    }

    /// <summary>A caller's file name as it is kept: shown to people and stored in the record, never used in a path.</summary>
    public static string? Shown(string name) =>
        name.Length == 0 ? null : new string([.. name.Where(c => !char.IsControl(c)).Take(MaxFileName)]);

    // Its body was read before: a client that breaks off is not meant here.
    private static async Task<IFormCollection> FormAsync(HttpRequest request, CancellationToken cancel)
    {
        try
        {
            return await request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = JobEndpoints.MaxBodyBytes }, cancel);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or InvalidDataException)
        {
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The form is malformed or cut short. Send one file as multipart/form-data, with the boundary that the Content-Type names.", e);
        }
    }

    private static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancel) =>
        await BoundedBody.ReadAsync(body, JobEndpoints.MaxBodyBytes, cancel) ?? throw TooLarge();

    private static RoadSegException TooLarge() => new(
        ErrorCodes.ImageTooManyBytes, $"A request body may have at most {JobEndpoints.MaxBodyBytes} bytes. Get an upload key for a larger photo: POST /v1/uploads.");
}
