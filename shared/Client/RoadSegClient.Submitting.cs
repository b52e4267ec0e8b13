using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Client;

public sealed partial class RoadSegClient
{
    /// <summary>Submits a photo of up to 16 MiB in one call. Larger ones go by
    /// <see cref="UploadAsync(Stream, UploadRequest?, string?, IProgress{long}?, CancellationToken)"/>.</summary>
    /// <param name="photo">JPEG, PNG, WebP, AVIF, TIFF, or HEIC where the service reads it.</param>
    /// <param name="about">File name, model, tags, webhook; nothing of it is needed.</param>
    /// <param name="wait">Let the service answer only when the job has ended or this has passed, 0-60 s; null: at once.</param>
    /// <param name="idempotencyKey">The same key with the same request gets the same job, also after it has ended. Null takes a new one,
    /// which makes the client's own repetitions safe.</param>
    /// <param name="cancel">Gives up; the job may exist.</param>
    /// <returns>The job; look at its state.</returns>
    public Task<JobView> SubmitAsync(
        ReadOnlyMemory<byte> photo,
        UploadRequest? about = null,
        TimeSpan? wait = null,
        string? idempotencyKey = null,
        CancellationToken cancel = default
    )
    {
        about ??= new UploadRequest();
        var key = idempotencyKey ?? NewKey();
        var query = Query.Of([
            ("fileName", about.FileName),
            ("model", about.Model),
            ("privacy", about.Privacy?.Name()),
            ("detail", about.Detail?.Name()),
            ("redact", about.Redact is { } classes ? string.Join(',', classes) : null),
            ("webhook", about.Webhook),
            .. (about.Tags ?? new Dictionary<string, string>()).Select(tag => ("tag", (string?)$"{tag.Key}:{tag.Value}")),
        ]);
        return _calls.ReadAsync(
            HttpMethod.Post,
            "v1/jobs" + query,
            JobJson.Default.JobView,
            request =>
            {
                request.Content = new ReadOnlyMemoryContent(photo);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(about.ContentType ?? "application/octet-stream");
                request.Headers.Add("Idempotency-Key", key);
                if (wait is { } patience)
                    request.Headers.Add(
                        "Prefer",
                        FormattableString.Invariant($"wait={Math.Max(0, Math.Ceiling(patience.TotalSeconds)):F0}")
                    );
            },
            cancel
        );
    }

    /// <summary>What a photo of a size would cost, before it is submitted.</summary>
    /// <param name="width">Its width in pixels, as people see it.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="detail">How closely it would be looked at.</param>
    /// <param name="model">name or name@version; null for the model that serves.</param>
    /// <param name="cancel">Stops.</param>
    public Task<JobEstimate> EstimateAsync(
        int width,
        int height,
        JobDetail detail,
        string? model = null,
        CancellationToken cancel = default
    ) =>
        _calls.ReadAsync(
            HttpMethod.Get,
            "v1/estimate"
                + Query.Of(
                    ("width", width.ToString(CultureInfo.InvariantCulture)),
                    ("height", height.ToString(CultureInfo.InvariantCulture)),
                    ("detail", detail.Name()),
                    ("model", model)
                ),
            JobJson.Default.JobEstimate,
            null,
            cancel
        );

    /// <summary>Gets an upload key, for a photo that another process or a phone puts into storage.</summary>
    /// <param name="about">File name, content type, model, tags, webhook; nothing of it is needed.</param>
    /// <param name="idempotencyKey">As for <see cref="SubmitAsync"/>.</param>
    /// <param name="cancel">Gives up; the job may exist and expires then.</param>
    /// <returns>The job's id and the address to PUT to: a secret until it expires.</returns>
    public Task<UploadTicket> IssueUploadKeyAsync(
        UploadRequest? about = null,
        string? idempotencyKey = null,
        CancellationToken cancel = default
    )
    {
        var key = idempotencyKey ?? NewKey();
        return _calls.ReadAsync(
            HttpMethod.Post,
            "v1/uploads",
            JobJson.Default.UploadTicket,
            request =>
            {
                request.Content = JsonContent.Create(about ?? new UploadRequest(), JobJson.Default.UploadRequest);
                request.Headers.Add("Idempotency-Key", key);
            },
            cancel
        );
    }

    /// <summary>Puts a photo into storage with an upload key; the service's own key is not sent there.</summary>
    /// <param name="ticket">The upload key. It creates one photo, once.</param>
    /// <param name="photo">Seekable; sent from its position to its end. Remains the caller's.</param>
    /// <param name="progress">Called with the number of bytes sent; begins anew with a repeated attempt.</param>
    /// <param name="cancel">Stops sending.</param>
    /// <exception cref="RoadSegApiException">Storage refused: <c>image-too-many-bytes</c> before anything is sent, or storage's own
    /// code.</exception>
    public Task PutAsync(UploadTicket ticket, Stream photo, IProgress<long>? progress = null, CancellationToken cancel = default) =>
        PutAsync(ticket, photo, mayBeThere: false, progress, cancel);

    /// <summary>Uploads a photo straight into storage: gets an upload key, puts the photo, asks for the job.</summary>
    /// <param name="photo">Seekable; sent from its position to its end. Remains the caller's.</param>
    /// <param name="about">File name, content type, model, tags, webhook; nothing of it is needed.</param>
    /// <param name="idempotencyKey">As for <see cref="SubmitAsync"/>, over everything but the photo. A job of this key that awaits its
    /// photo gets it. Any other is returned as it is and nothing is sent, also where it expired or was canceled without a photo: for
    /// that photo take another key.</param>
    /// <param name="progress">Called with the number of bytes sent; begins anew with a repeated attempt.</param>
    /// <param name="cancel">Stops; a job whose photo did not arrive expires.</param>
    /// <returns>The job; it may not have noticed its photo yet. With a key look at its state: see there.</returns>
    public async Task<JobView> UploadAsync(
        Stream photo,
        UploadRequest? about = null,
        string? idempotencyKey = null,
        IProgress<long>? progress = null,
        CancellationToken cancel = default
    )
    {
        Check(photo);
        var ticket = await IssueUploadKeyAsync(about, idempotencyKey, cancel);
        if (idempotencyKey is not null && await GetAsync(ticket.Id, cancel) is { State: not JobState.AwaitingUpload } earlier)
            return earlier;
        if (photo.Length - photo.Position > ticket.MaxBytes)
            await CancelAsync(ticket.Id, cancel);
        await PutAsync(ticket, photo, mayBeThere: idempotencyKey is not null, progress, cancel);
        return await GetAsync(ticket.Id, cancel);
    }

    /// <summary>Uploads a photo file under its own name.</summary>
    /// <inheritdoc cref="UploadAsync(Stream, UploadRequest?, string?, IProgress{long}?, CancellationToken)"/>
    /// <param name="file">Path of the photo.</param>
    /// <param name="about">Model, tags, webhook; the file's own name where it has none.</param>
    /// <param name="idempotencyKey">As for a stream.</param>
    /// <param name="progress">Called with the number of bytes sent.</param>
    /// <param name="cancel">Stops; a job whose photo did not arrive expires.</param>
    public async Task<JobView> UploadAsync(
        string file,
        UploadRequest? about = null,
        string? idempotencyKey = null,
        IProgress<long>? progress = null,
        CancellationToken cancel = default
    )
    {
        about ??= new UploadRequest();
        await using var photo = new FileStream(
            file,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read,
            bufferSize: 0,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );
        return await UploadAsync(
            photo,
            about.FileName is null ? about with { FileName = Path.GetFileName(file) } : about,
            idempotencyKey,
            progress,
            cancel
        );
    }

    private async Task PutAsync(UploadTicket ticket, Stream photo, bool mayBeThere, IProgress<long>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        Check(photo);
        if (photo.Length - photo.Position > ticket.MaxBytes)
        {
            throw new RoadSegApiException(
                HttpStatusCode.RequestEntityTooLarge,
                ErrorCodes.ImageTooManyBytes.Code,
                $"The photo has {photo.Length - photo.Position} bytes; at most {ticket.MaxBytes} are taken."
            );
        }

        await PutAsync(ticket.Url, ticket.Headers, photo, mayBeThere, progress, cancel);
    }

    private async Task PutAsync(
        Uri address,
        IReadOnlyDictionary<string, string> headers,
        Stream content,
        bool mayBeThere,
        IProgress<long>? progress,
        CancellationToken cancel
    )
    {
        var start = content.Position;
        await _calls.RepeatedAsync(
            async attempt =>
            {
                content.Position = start;
                using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new PhotoContent(content, progress) };
                foreach (var (name, value) in headers)
                {
                    if (!request.Headers.TryAddWithoutValidation(name, value))
                        request.Content.Headers.TryAddWithoutValidation(name, value);
                }

                using var response = await ServiceCalls.InTimeAsync(_storage, request, HttpCompletionOption.ResponseContentRead, cancel);

                // An earlier attempt may have arrived and only its answer not.
                if (response.IsSuccessStatusCode || ((attempt > 1 || mayBeThere) && ApiFailures.IsThereAlready(response)))
                    return true;
                throw ApiFailures.OfStorage(response, _time);
            },
            cancel
        );
    }

    private static void Check(Stream photo)
    {
        ArgumentNullException.ThrowIfNull(photo);
        if (!photo.CanSeek)
            throw new ArgumentException(
                "What is uploaded must be seekable: its length is sent ahead, and a broken upload is begun anew.",
                nameof(photo)
            );
    }

    private static string NewKey() => Guid.NewGuid().ToString("N");
}
