using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>Lists training runs from their index, newest first.</summary>
internal sealed class TrainingList(BlobServiceClient blobs, TrainingStore runs, ILogger<TrainingList> log)
{
    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.Trainings);

    /// <summary>A page of records; it may hold fewer than asked for, with a place to go on from.</summary>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancel">Stops between reads.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<TrainingRecord> Runs, string? Next)> PageAsync(string? after, int limit, CancellationToken cancel)
    {
        var (names, next) = await _runs.PageAsync(BlobPaths.IndexedTrainings, after, limit, cancel);
        var found = await Task.WhenAll(names.Select(name => ReadAsync(name, cancel)));
        return ([.. found.OfType<TrainingRecord>()], next);
    }

    // An entry without a record is what a dead process left; one of another time is a doubled request's.
    private async Task<TrainingRecord?> ReadAsync(string entry, CancellationToken cancel) =>
        (await IndexPages.ReadAsync(entry, id => runs.FindAsync(id, cancel), log))?.Value is { } run
        && BlobPaths.IndexedTraining(run.Times.CreatedAt, run.Id) == entry
            ? run
            : null;
}
