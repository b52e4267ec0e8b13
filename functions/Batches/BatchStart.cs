using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Batches;

/// <summary>Begins batches: checks what is said of one, and stores the list of names where names are given.</summary>
internal sealed class BatchStart(
    BlobServiceClient blobs,
    BatchStore store,
    BatchFiles files,
    BatchOptions options,
    PrivacyPolicy policy,
    WebhookOptions webhooks,
    ILogger<BatchStart> log
)
{
    /// <summary>Bytes of a description.</summary>
    public const int MaxBody = 4 << 20;

    /// <summary>Names that a description may hold.</summary>
    public const int MostNames = 10_000;

    /// <summary>What a description is, in words.</summary>
    public const string Described =
        "a JSON object with one of prefix, names, of and clip, and name, model, tags, privacy, redact, detail, webhook and "
        + "webhookAt, all optional";

    private const int MostName = 255;
    private const int MostPath = 1024;

    private readonly BlobContainerClient _active = blobs.GetBlobContainerClient(Containers.BatchesActive);

    /// <summary>The record of a batch with what is said of it.</summary>
    /// <param name="batch">Whose it is, and when it was asked for.</param>
    /// <param name="request">What is said.</param>
    /// <param name="folder">The folder that a description lies in, with its last slash; null for one that was sent.</param>
    /// <exception cref="RoadSegException">request-invalid, batch-empty, webhooks-disabled or webhook-url-invalid.</exception>
    public BatchRecord Checked(BatchRecord batch, BatchRequest request, string? folder)
    {
        var given = ((object?[])[request.Prefix, request.Names, request.Of, request.Clip]).Count(static said => said is not null);
        if (given > 1 || (given == 0 && folder is null))
            throw Invalid("Say with one of 'prefix', 'names', 'of' and 'clip' what the photos are.");
        if (folder is not null && (request.Prefix ?? request.Of as object) is not null)
            throw Invalid(
                "Beside dropped photos neither 'prefix' nor 'of' is said: the photos are those of the folder, 'names' of them, or "
                    + "frames of a 'clip' in it."
            );
        if (request.Name is { Length: 0 or > MostName } || request.Name?.Any(char.IsControl) == true)
            throw Invalid($"'name' is 1 to {MostName} characters.");
        if (request.Prefix is { Length: > MostPath } || request.Prefix?.Any(char.IsControl) == true)
            throw Invalid($"'prefix' is the beginning of names of blobs, at most {MostPath} characters.");
        if (request.WebhookAt is { } share && (request.Webhook is null || !(share > 0 && share < 1)))
            throw Invalid("'webhookAt' is a share of the photos above 0 and below 1, and goes with 'webhook'.");
        if (request.Of is { Count: 0 })
            throw Invalid("'of' holds at least one tag, as name: value.");
        if (
            request.Of is not null
            && (request.Model ?? request.Privacy as object ?? request.Tags ?? request.Redact ?? request.Detail as object) is not null
        )
            throw Invalid(
                "Jobs that are there keep their model, tags, privacy and detail: with 'of' none of these is said. For another model upload "
                    + "the photos again."
            );
        if (request.Names is { } names)
            Check(names);
        var said = SubmissionOptions.Checked(
            request.Model,
            request.Tags ?? request.Of,
            request.Privacy,
            request.Redact,
            request.Webhook,
            webhooks,
            request.Detail
        );

        // Jobs that are there were begun under the deployment's own demands.
        var job = request.Of is null ? said.Under(policy) : said;
        return batch with
        {
            Name = request.Name ?? batch.Name,
            Source = request switch
            {
                { Names: { } some } => new BatchSource(Names: some.Count),
                { Of: { } tags } => new BatchSource(Tags: tags),
                { Clip: { } clip } => new BatchSource(Clip: ClipAsked.Checked(clip, batch.Caller, folder)),
                _ => new BatchSource(Prefix: request.Prefix ?? folder),
            },
            Total = request.Names?.Count ?? 0,
            Model = job.Model,
            Tags = request.Tags,
            Privacy = job.Privacy,
            Redact = job.Redact,
            Detail = job.Detail,
            Webhook = job.Webhook is { } url ? new JobWebhook { Url = url } : null,
            WebhookAt = request.WebhookAt,
        };
    }

    /// <summary>Stores it and sends for its first step.</summary>
    /// <exception cref="RoadSegException">too-many-jobs.</exception>
    public async Task<BatchRecord> BeginAsync(BatchRecord batch, BatchRequest request, string? folder, CancellationToken cancel)
    {
        await RequireRoomAsync(batch.Caller, cancel);
        if (request.Names is { } names)
        {
            var list = 0;
            foreach (var some in names.Chunk(BatchItems.OfList))
                await files.StoreListAsync(batch.Id, list++, some.Select(name => ItemOf(name, folder)), cancel);
        }

        var created = await store.CreateAsync(batch, cancel);
        if (created.Done)
            Log.BatchAsked(log, batch.Id, batch.Caller);
        return created.Document!.Value;
    }

    /// <summary>Refuses a prefix that no blob's name begins with.</summary>
    /// <exception cref="RoadSegException">batch-empty.</exception>
    public async Task RequirePhotoAsync(string prefix, CancellationToken cancel)
    {
        var photos = blobs.GetBlobContainerClient(Containers.Batches).GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancel);
        await foreach (var page in photos.AsPages(null, 1))
        {
            if (page.Values.Count > 0)
                return;
        }

        throw BatchListing.Empty(prefix);
    }

    private static BatchItem ItemOf(string name, string? folder) =>
        new(new JobSource(Containers.Batches, folder + name, null, SubmittedImage.Shown(name)));

    private static void Check(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            throw new RoadSegException(ErrorCodes.BatchEmpty, "'names' names no photo.");
        if (names.Count > MostNames)
            throw Invalid($"'names' holds at most {MostNames} names. Upload the photos below one prefix and give that.");
        var seen = new HashSet<string>(names.Count, StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (name is not { Length: > 0 and <= MostPath } || name.Any(char.IsControl) || name.Split('/', '\\').Any(IsDots))
                throw Invalid("Each of 'names' is the name of a blob, at most 1024 characters, without segments '.' and '..'.");
            if (!seen.Add(name))
                throw Invalid($"'{name}' is named twice.");
        }
    }

    private static bool IsDots(string segment) => segment is "." or "..";

    private async Task RequireRoomAsync(string caller, CancellationToken cancel)
    {
        var live = 0;
        await foreach (var _ in _active.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.ActiveBatches(caller), cancel))
        {
            if (++live >= options.MaxLive)
                throw new RoadSegException(
                    ErrorCodes.TooManyJobs,
                    $"You have {options.MaxLive} batches at work; no more are taken until one has ended."
                );
        }
    }

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);
}
