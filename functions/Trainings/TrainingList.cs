using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>Lists training runs from their index, newest first.</summary>
internal sealed class TrainingList(BlobServiceClient blobs, TrainingStore runs)
{
    private const int IdLength = 26;
    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.Trainings);

    /// <summary>A page of records; it may hold fewer than asked for, with a place to go on from.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<TrainingRecord> Runs, string? Next)> PageAsync(string? after, int limit, CancellationToken cancel)
    {
        var page = await ListAsync(after is null ? null : Decode(after), limit, cancel);
        var found = await Task.WhenAll(page.Values.Select(entry => ReadAsync(entry.Name, cancel)));
        var next = string.IsNullOrEmpty(page.ContinuationToken)
            ? null
            : Convert.ToBase64String(Encoding.UTF8.GetBytes(page.ContinuationToken)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return ([.. found.OfType<TrainingRecord>()], next);
    }

    // An entry without a record is what a dead process left; one of another time is a doubled request's.
    private async Task<TrainingRecord?> ReadAsync(string entry, CancellationToken cancel) =>
        JobId.TryParse(entry[^IdLength..], out var id) && (await runs.FindAsync(id, cancel))?.Value is { } run && BlobPaths.IndexedTraining(run.Times.CreatedAt, id) == entry ? run : null;

    private async Task<Page<BlobItem>> ListAsync(string? token, int count, CancellationToken cancel)
    {
        try
        {
            await foreach (var page in _runs.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.IndexedTrainings, cancel).AsPages(token, count))
                return page;
            throw new InvalidOperationException("A listing has at least one page.");
        }
        catch (RequestFailedException e) when (e.Status == 400 && token is not null)
        {
            throw Foreign(e);
        }
    }

    private static string Decode(string after)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(after.Replace('-', '+').Replace('_', '/').PadRight((after.Length + 3) / 4 * 4, '=')));
        }
        catch (FormatException e)
        {
            throw Foreign(e);
        }
    }

    private static RoadSegException Foreign(Exception inner) => new(ErrorCodes.RequestInvalid, "The parameter 'after' is the 'next' of a page, unchanged.", inner);
}
