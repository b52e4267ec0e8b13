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

    /// <summary>What reading a request holds in memory at most: a body whose length is not known before is held twice for a moment
    /// (of a form only the file is held: it comes by way of a temporary file).</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes.</exception>
    public static long Room(HttpRequest request)
    {
        var bytes = request.ContentLength ?? JobEndpoints.MaxBodyBytes;
        if (bytes > JobEndpoints.MaxBodyBytes)
            throw TooLarge();
        return request.ContentLength is null ? 2 * bytes : bytes;
    }

    /// <summary>Reads an image body, or the one file of a multipart form.</summary>
    /// <exception cref="RoadSegException">image-too-many-bytes, request-too-slow, content-type-unsupported, or request-invalid for a form that is malformed
    /// or without exactly one file.</exception>
    public static async Task<SubmittedImage> ReadAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        var type = request.ContentType?.Split(';', 2)[0].Trim().ToLowerInvariant();
        if (type == "multipart/form-data")
        {
            var form = await FormAsync(request, time, cancel);
            if (form.Files is not [var file])
                throw new RoadSegException(ErrorCodes.RequestInvalid, $"Send exactly one file in the form, not {form.Files.Count}.");
            var photo = new byte[file.Length];
            await using var stream = file.OpenReadStream();
            await stream.ReadExactlyAsync(photo, cancel);
            return new SubmittedImage(photo, Shown(file.FileName), request.Query.Concat(form));
        }

        if (type == "application/octet-stream" || type?.StartsWith("image/", StringComparison.Ordinal) == true)
        {
            var photo = await RequestBody.ReadAsync(request, JobEndpoints.MaxBodyBytes, time, TooLarge, cancel);
            return new SubmittedImage(photo, Shown(request.Query["fileName"].ToString()), request.Query);
        }

        throw new RoadSegException(
            ErrorCodes.ContentTypeUnsupported,
            $"The body's type is '{type}': send the image as image/jpeg, image/png, image/webp, image/avif, image/tiff or application/octet-stream, or as one file of multipart/form-data.");
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

    // Files go to a temporary file on their way, which the server deletes with the request.
    private static async Task<IFormCollection> FormAsync(HttpRequest request, TimeProvider time, CancellationToken cancel)
    {
        var inner = request.Body;
        await using var body = new RequestBody(request, JobEndpoints.MaxBodyBytes, time, TooLarge);
        request.Body = body;
        try
        {
            return await request.ReadFormAsync(new FormOptions { MultipartBodyLengthLimit = JobEndpoints.MaxBodyBytes }, cancel);
        }
        catch (Exception e) when (body.Failure is null && (e is IOException or InvalidOperationException or InvalidDataException))
        {
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The form is malformed or cut short. Send one file as multipart/form-data, with the boundary that the Content-Type names.", e);
        }
        finally
        {
            request.Body = inner;
        }
    }

    private static RoadSegException TooLarge() => new(
        ErrorCodes.ImageTooManyBytes, $"A request body may have at most {JobEndpoints.MaxBodyBytes} bytes. Get an upload key for a larger photo: POST /v1/uploads.");
}
