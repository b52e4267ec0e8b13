using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <content>Which version is live, and how that moves.</content>
public sealed partial class ModelRegistry
{
    /// <summary>Makes a version live. The same version again changes nothing.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">A published version.</param>
    /// <param name="by">Caller, or <c>training {id}</c>.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <exception cref="RoadSegException">model-not-found.</exception>
    public async Task<ModelPointer> PromoteAsync(string name, string version, string by, CancellationToken cancel)
    {
        if (await FindAsync(name, version, cancel) is null)
            throw NotFound(name, version);
        var move = new PointerMove(version, _time.GetUtcNow(), "promote", by);
        while (true)
        {
            var changed = await _pointers.ChangeAsync(
                BlobPaths.ModelPointer(name),
                now => now.Version == version ? null : Promoted(now, move),
                cancel
            );
            if ((changed.Document ?? await FirstAsync(name, move, cancel)) is { } pointer)
                return pointer.Value;
        }
    }

    /// <summary>Makes a version live in the place of the one that it was judged against, once.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">A published version.</param>
    /// <param name="against">The version that is to be live now; null: none.</param>
    /// <param name="by">Who promotes it, by one name only for this very promotion.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <returns>The pointer: moved, or as it stands when <paramref name="by"/> had moved it to the version before, whatever was done about
    /// that since; null when another version than <paramref name="against"/> is live.</returns>
    /// <exception cref="RoadSegException">model-not-found.</exception>
    public async Task<ModelPointer?> ReplaceAsync(string name, string version, string? against, string by, CancellationToken cancel)
    {
        if (await FindAsync(name, version, cancel) is null)
            throw NotFound(name, version);
        var move = new PointerMove(version, _time.GetUtcNow(), "promote", by);
        bool IsDone(ModelPointer now) => now.Version == version || now.History.Any(past => past.Version == version && past.By == by);
        if (against is null && await FirstAsync(name, move, cancel) is { } first)
            return first.Value;
        var changed = await _pointers.ChangeAsync(
            BlobPaths.ModelPointer(name),
            now => IsDone(now) || now.Version != against ? null : Promoted(now, move),
            cancel
        );
        return changed.Document is { Value: var pointer } && (changed.Done || IsDone(pointer)) ? pointer : null;
    }

    private static ModelPointer Promoted(ModelPointer now, PointerMove move) =>
        now with
        {
            Version = move.Version,
            Before = [.. now.Before.Where(before => before != move.Version).TakeLast(HistoryKept - 1), now.Version],
            History = [.. now.History.TakeLast(HistoryKept - 1), move],
        };

    private Task<Stored<ModelPointer>?> FirstAsync(string name, PointerMove move, CancellationToken cancel) =>
        _pointers.TryWriteAsync(BlobPaths.ModelPointer(name), new ModelPointer(move.Version, [], [move]), null, cancel);

    /// <summary>Makes the version live that was so before the live one.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="by">Caller, or <c>automatic</c>.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <param name="origin">Where to go when none was live before, such as the version that the app shipped with; published.</param>
    /// <param name="from">The version to leave; null: whichever is live.</param>
    /// <returns>The moved pointer; null when another version than <paramref name="from"/> is live.</returns>
    /// <exception cref="RoadSegException">model-not-found: no such model was published; model-no-rollback: none was live
    /// before.</exception>
    public async Task<ModelPointer?> RollBackAsync(
        string name,
        string by,
        CancellationToken cancel,
        string? origin = null,
        string? from = null
    )
    {
        if (!ModelPin.IsName(name))
            throw NeverPublished(name);
        var changed = await _pointers.ChangeAsync(
            BlobPaths.ModelPointer(name),
            now =>
            {
                if (from is not null && now.Version != from)
                    return null;
                var last = now.Before is [.., var before] ? before : origin;
                return last is null || last == now.Version
                    ? throw new RoadSegException(
                        ErrorCodes.ModelNoRollback,
                        $"No version of '{name}' was live before {now.Version}: there is nothing to roll back to."
                    )
                    : now with
                    {
                        Version = last,
                        Before = [.. now.Before.SkipLast(1)],
                        History = [.. now.History.TakeLast(HistoryKept - 1), new PointerMove(last, _time.GetUtcNow(), "rollback", by)],
                    };
            },
            cancel
        );
        return changed.Document is not { Value: var pointer } ? throw NeverPublished(name)
            : changed.Done ? pointer
            : null;
    }

    private static RoadSegException NeverPublished(string name) =>
        new(ErrorCodes.ModelNotFound, $"No version of a model '{name}' was published; GET /v1/models lists the models.");
}
