using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Jobs;

/// <summary>A form of one file and some short fields (multipart/form-data, RFC 7578). It is read here and not by the framework, which would
/// hold fields of any length as text, and all of it until the request ends.</summary>
/// <param name="File">Bytes of the file.</param>
/// <param name="FileName">The caller's name for it.</param>
/// <param name="Fields">The other parts, in their order.</param>
internal sealed record SubmittedForm(byte[] File, string FileName, IReadOnlyList<KeyValuePair<string, StringValues>> Fields)
{
    /// <summary>Bytes of all fields together.</summary>
    public const int MostFieldBytes = 64 * 1024;

    private const int MostParts = 64;
    private const int FileInMemory = 64 * 1024;
    private const int MostBoundary = 100;

    /// <summary>Reads a form to its end.</summary>
    /// <param name="request">Its Content-Type is multipart/form-data.</param>
    /// <param name="most">Bytes that may come.</param>
    /// <param name="time">Clock of the body's deadline.</param>
    /// <param name="tooLarge">The refusal of more bytes.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="RoadSegException">The refusal, request-too-slow, or request-invalid: malformed, cut short, without exactly one
    /// file, or with long fields.</exception>
    public static async Task<SubmittedForm> ReadAsync(
        HttpRequest request,
        long most,
        TimeProvider time,
        Func<RoadSegException> tooLarge,
        CancellationToken cancel
    )
    {
        await using var body = new RequestBody(request, most, time, tooLarge);
        try
        {
            return await ReadAsync(new MultipartReader(Boundary(request), body), most, cancel);
        }
        catch (Exception e) when (body.Failure is null && (e is IOException or InvalidDataException))
        {
            throw Malformed(e);
        }
    }

    private static async Task<SubmittedForm> ReadAsync(MultipartReader parts, long most, CancellationToken cancel)
    {
        (byte[] Content, string Name)? file = null;
        var fields = new List<KeyValuePair<string, StringValues>>();
        var (count, files, left) = (0, 0, MostFieldBytes);
        while (await parts.ReadNextSectionAsync(cancel) is { } part)
        {
            if (++count > MostParts)
                throw new RoadSegException(ErrorCodes.RequestInvalid, $"The form has more than {MostParts} parts.");
            if (part.GetContentDispositionHeader() is not { } disposition)
                throw Malformed(null);
            if (disposition.IsFileDisposition())
            {
                // Read to their ends also where they are too many, so that their number can be reported.
                var content = await FileAsync(part.Body, most, cancel);
                if (files++ == 0)
                    file = (content, Name(disposition.FileNameStar, disposition.FileName));
            }
            else if (disposition.IsFormDisposition())
            {
                var value = await FieldAsync(part.Body, left, cancel);
                left -= value.Length;
                fields.Add(new(HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), Encoding.UTF8.GetString(value)));
            }
        }

        return files == 1
            ? new SubmittedForm(file!.Value.Content, file.Value.Name, Grouped(fields))
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"Send exactly one file in the form, not {files}.");
    }

    // By way of a temporary file, so that its length is known before it is held.
    private static async Task<byte[]> FileAsync(Stream part, long most, CancellationToken cancel)
    {
        await using var passed = new FileBufferingReadStream(part, FileInMemory, most, Path.GetTempPath());
        await passed.DrainAsync(cancel);
        passed.Position = 0;
        var content = new byte[passed.Length];
        await passed.ReadExactlyAsync(content, cancel);
        return content;
    }

    private static async Task<byte[]> FieldAsync(Stream part, int most, CancellationToken cancel)
    {
        var content = new byte[most + 1];
        var read = await part.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancel);
        return read <= most
            ? content[..read]
            : throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"The fields of the form have more than {MostFieldBytes} bytes. Send the photo as a part with a file name."
            );
    }

    // A field that comes several times has several values, as in a query.
    private static List<KeyValuePair<string, StringValues>> Grouped(List<KeyValuePair<string, StringValues>> fields) =>
        [
            .. fields.GroupBy(
                field => field.Key,
                static (name, same) => KeyValuePair.Create(name, new StringValues([.. same.Select(field => (string?)field.Value)])),
                StringComparer.OrdinalIgnoreCase
            ),
        ];

    private static string Name(StringSegment star, StringSegment plain) =>
        HeaderUtilities.RemoveQuotes(star.Length > 0 ? star : plain).ToString();

    private static string Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= MostBoundary } boundary
            ? boundary.ToString()
            : throw Malformed(null);

    private static RoadSegException Malformed(Exception? reason) =>
        new(
            ErrorCodes.RequestInvalid,
            "The form is malformed or cut short. Send one file as multipart/form-data, with the boundary that the Content-Type names.",
            reason
        );
}
