using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Work;

namespace RoadSeg.Functions.Api;

/// <summary>Reads an index of blobs, whose names end in an id, page by page. Where a page ended is opaque to callers.</summary>
internal static class IndexPages
{
    private const int IdLength = 26;
    private const int Default = 20;
    private const int Most = 100;

    /// <summary>The parameter <c>limit</c>.</summary>
    /// <exception cref="RoadSegException">request-invalid: no number from 1 to 100.</exception>
    public static int Limit(string? limit)
    {
        if (limit is null)
            return Default;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Most
            ? count
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"The parameter 'limit' is a number from 1 to {Most}.");
    }

    /// <summary>Names of a page, and where it ended; null after the last.</summary>
    /// <param name="index">Container.</param>
    /// <param name="prefix">Of the names.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public static async Task<(IReadOnlyList<string> Names, string? Next)> PageAsync(
        this BlobContainerClient index,
        string prefix,
        string? after,
        int count,
        CancellationToken cancel
    )
    {
        var token = after is null ? null : Decode(after);
        try
        {
            await foreach (var page in index.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel).AsPages(token, count))
                return ([.. page.Values.Select(entry => entry.Name)], Encode(page.ContinuationToken));
            throw new InvalidOperationException("A listing has at least one page.");
        }
        catch (RequestFailedException e) when (e.Status == 400 && token is not null)
        {
            throw Foreign(e);
        }
    }

    /// <summary>The record that an entry stands for; null for an entry that names none, and for a record that cannot be read: it is logged
    /// and hides no other.</summary>
    /// <param name="entry">Name of the entry, which ends in an id; a stray blob's may not.</param>
    /// <param name="find">Reads a record.</param>
    /// <param name="log">Where a record that cannot be read is logged.</param>
    public static async Task<T?> ReadAsync<T>(string entry, Func<WorkId, Task<T?>> find, ILogger log)
        where T : class
    {
        if (entry.Length < IdLength || !WorkId.TryParse(entry[^IdLength..], out var id))
            return null;
        try
        {
            return await find(id);
        }
        catch (JsonException e)
        {
            Log.RecordUnreadable(log, entry, e);
            return null;
        }
    }

    private static string? Encode(string? token) =>
        string.IsNullOrEmpty(token) ? null : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(token));

    private static string Decode(string after)
    {
        try
        {
            // Spaces are passed over by the decoder: of nothing else there is no place. Storage repeats a place in XML, which cannot hold
            // every byte.
            return Base64Url.DecodeFromChars(after) is { Length: > 0 } place && place.All(static b => b is > (byte)' ' and <= (byte)'~')
                ? Encoding.ASCII.GetString(place)
                : throw new FormatException("It is no place.");
        }
        catch (FormatException e)
        {
            throw Foreign(e);
        }
    }

    /// <summary>The refusal of a place that is of no page.</summary>
    public static RoadSegException Foreign(Exception? inner = null) =>
        new(ErrorCodes.RequestInvalid, "The parameter 'after' is the 'next' of a page, unchanged.", inner);
}
