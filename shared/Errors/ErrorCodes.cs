using System.Collections.Frozen;

namespace RoadSeg.Errors;

/// <summary>The closed list of failures a job or a request can end with (<c>docs/errors.md</c>).</summary>
public static class ErrorCodes
{
    /// <summary>The file holds no bytes.</summary>
    public static readonly ErrorCode ImageEmpty = Caller("image-empty", 422, "The image file is empty");

    /// <summary>More bytes than the limit.</summary>
    public static readonly ErrorCode ImageTooManyBytes = Caller("image-too-many-bytes", 413, "The image file is too large");

    /// <summary>More pixels than the limit, as the header states them.</summary>
    public static readonly ErrorCode ImageTooManyPixels = Caller("image-too-many-pixels", 422, "The image has too many pixels");

    /// <summary>Content is none of the allow-listed formats.</summary>
    public static readonly ErrorCode ImageFormatUnsupported = Caller("image-format-unsupported", 415, "The image format is not supported");

    /// <summary>More than one frame or page.</summary>
    public static readonly ErrorCode ImageAnimated = Caller("image-animated", 422, "The image has more than one frame");

    /// <summary>The content is cut short or broken.</summary>
    public static readonly ErrorCode ImageCorrupt = Caller("image-corrupt", 422, "The image cannot be decoded");

    /// <summary>The blob was gone, or had been replaced, before it was read.</summary>
    public static readonly ErrorCode UploadMissing = Caller("upload-missing", 410, "The uploaded image is gone");

    /// <summary>The blob's name climbs out of its container.</summary>
    public static readonly ErrorCode UploadNameInvalid = Caller("upload-name-invalid", 400, "The upload's name is not valid");

    /// <summary>No job has this id.</summary>
    public static readonly ErrorCode JobNotFound = Caller("job-not-found", 404, "There is no such job");

    /// <summary>The job has no result (yet, or ever).</summary>
    public static readonly ErrorCode ResultNotReady = Caller("result-not-ready", 409, "The job has no result");

    /// <summary>No batch, or no archive of it, has this id.</summary>
    public static readonly ErrorCode BatchNotFound = Caller("batch-not-found", 404, "There is no such batch");

    /// <summary>There is no photo to make a batch of.</summary>
    public static readonly ErrorCode BatchEmpty = Caller("batch-empty", 422, "The batch has no photo");

    /// <summary>More photos than a batch may have.</summary>
    public static readonly ErrorCode BatchTooLarge = Caller("batch-too-large", 422, "The batch has too many photos");

    /// <summary>The description beside dropped photos cannot be used.</summary>
    public static readonly ErrorCode BatchInvalid = Caller("batch-invalid", 422, "The description of the batch is not valid");

    /// <summary>What was asked for is done with a batch that has ended.</summary>
    public static readonly ErrorCode BatchNotEnded = Caller("batch-not-ended", 409, "The batch has not ended");

    /// <summary>The result was deleted after its retention.</summary>
    public static readonly ErrorCode ResultGone = Caller("result-gone", 410, "The result is gone");

    /// <summary>Nobody has reviewed the job's mask.</summary>
    public static readonly ErrorCode ReviewNotFound = Caller("review-not-found", 404, "There is no reviewed mask");

    /// <summary>Another reviewed mask was saved, or taken back, meanwhile.</summary>
    public static readonly ErrorCode ReviewChanged = Caller("review-changed", 412, "The reviewed mask is another one by now");

    /// <summary>The pixels of a mask are not those of the photo or of the model's classes.</summary>
    public static readonly ErrorCode MaskInvalid = Caller("mask-invalid", 422, "The mask does not fit the photo or its classes");

    /// <summary>The model gives classes only, no confidence.</summary>
    public static readonly ErrorCode ConfidenceUnavailable = Caller("confidence-unavailable", 404, "The model gives no confidence");

    /// <summary>The mask is too ragged for polygons and run lengths.</summary>
    public static readonly ErrorCode MaskTooComplex = Caller("mask-too-complex", 422, "The mask is too complex for polygons");

    /// <summary>The body is of a media type that is not taken.</summary>
    public static readonly ErrorCode ContentTypeUnsupported = Caller(
        "content-type-unsupported",
        415,
        "The body's media type is not supported"
    );

    /// <summary>The body has more bytes than the server takes.</summary>
    public static readonly ErrorCode RequestTooLarge = Caller("request-too-large", 413, "The request's body is too large");

    /// <summary>A parameter or body is malformed.</summary>
    public static readonly ErrorCode RequestInvalid = Caller("request-invalid", 400, "The request is not valid");

    /// <summary>The Idempotency-Key stands for another request.</summary>
    public static readonly ErrorCode IdempotencyConflict = Caller(
        "idempotency-conflict",
        409,
        "The Idempotency-Key was used for another request"
    );

    /// <summary>The caller has as many live jobs as it may have.</summary>
    public static readonly ErrorCode TooManyJobs = new(
        "too-many-jobs",
        Fault.Caller,
        true,
        429,
        "You have too many jobs that have not ended"
    );

    /// <summary>As many jobs wait as may wait.</summary>
    public static readonly ErrorCode QueueFull = Service("queue-full", true, 429, "The queue is full");

    /// <summary>The caller has as many requests of a kind under way as it, or the service, may have.</summary>
    public static readonly ErrorCode TooManyRequests = new("too-many-requests", Fault.Caller, true, 429, "Too many requests at once");

    /// <summary>The body did not come in the time that its bytes may take.</summary>
    public static readonly ErrorCode RequestTooSlow = new(
        "request-too-slow",
        Fault.Caller,
        true,
        408,
        "The request's body came too slowly"
    );

    /// <summary>The job did not end in time.</summary>
    public static readonly ErrorCode DeadlineExceeded = Service("deadline-exceeded", true, 504, "The job did not end in time");

    /// <summary>A webhook was asked for and the deployment has no secret to sign with.</summary>
    public static readonly ErrorCode WebhooksDisabled = Caller("webhooks-disabled", 422, "This deployment sends no webhooks");

    /// <summary>There is nothing to deliver again.</summary>
    public static readonly ErrorCode WebhookNotDue = Caller("webhook-not-due", 409, "The job has no webhook to deliver");

    /// <summary>The webhook's address is not one that is called.</summary>
    public static readonly ErrorCode WebhookUrlInvalid = Caller("webhook-url-invalid", 422, "The webhook's address is not allowed");

    /// <summary>No model has this name.</summary>
    public static readonly ErrorCode ModelNotFound = Caller("model-not-found", 404, "There is no such model");

    /// <summary>The model knows none of the classes that are to be obscured.</summary>
    public static readonly ErrorCode RedactionUnavailable = Caller(
        "redaction-unavailable",
        422,
        "The model does not know what is to be obscured"
    );

    /// <summary>No version of the model was live before the live one.</summary>
    public static readonly ErrorCode ModelNoRollback = Caller("model-no-rollback", 409, "There is no version to roll back to");

    /// <summary>The version did not pass its gate.</summary>
    public static readonly ErrorCode ModelGateFailed = Caller("model-gate-failed", 409, "The version did not pass its gate");

    /// <summary>The caller may use the service but not change its models and training runs.</summary>
    public static readonly ErrorCode OperatorRequired = Caller("operator-required", 403, "Only an operator may do this");

    /// <summary>A labelling tool calls without a key that is known here.</summary>
    public static readonly ErrorCode KeyRequired = Caller("key-required", 401, "A key is needed");

    /// <summary>The address of a photo gives no file, or is not one that is called.</summary>
    public static readonly ErrorCode PhotoUnreachable = Caller("photo-unreachable", 422, "The photo could not be fetched");

    /// <summary>No route answers this path.</summary>
    public static readonly ErrorCode RouteNotFound = Caller("route-not-found", 404, "There is nothing at this address");

    /// <summary>The description of a data set, or a list that belongs to its layout, is malformed or contradicts its files.</summary>
    public static readonly ErrorCode DatasetInvalid = Caller("dataset-invalid", 422, "The data set's description cannot be used");

    /// <summary>No image with a mask is left after the checks.</summary>
    public static readonly ErrorCode DatasetEmpty = Caller("dataset-empty", 422, "The data set holds nothing that can be used");

    /// <summary>More of the masks than allowed holds values that the label map does not know.</summary>
    public static readonly ErrorCode DatasetLabelsUnknown = Caller(
        "dataset-labels-unknown",
        422,
        "The masks hold labels that are not mapped"
    );

    /// <summary>A model has classes of which nobody says which of the data set's they are.</summary>
    public static readonly ErrorCode ClassesUnmatched = Caller("classes-unmatched", 422, "The model's classes do not fit the data set's");

    /// <summary>No audit of this version was asked for, or it has no such file.</summary>
    public static readonly ErrorCode AuditNotFound = Caller("audit-not-found", 404, "There is no such audit");

    /// <summary>An audit of this version with another model has not ended.</summary>
    public static readonly ErrorCode AuditRunning = Caller("audit-running", 409, "Another audit of this version has not ended");

    /// <summary>A split that was asked for would be empty.</summary>
    public static readonly ErrorCode DatasetSplitEmpty = Caller("dataset-split-empty", 422, "A split of the data set is empty");

    /// <summary>A dropped archive is damaged, or would unpack to what is not allowed.</summary>
    public static readonly ErrorCode DatasetArchiveRefused = Caller(
        "dataset-archive-refused",
        422,
        "The archive cannot be unpacked safely"
    );

    /// <summary>No data set has this name, or it has no such version or report.</summary>
    public static readonly ErrorCode DatasetNotFound = Caller("dataset-not-found", 404, "There is no such data set");

    /// <summary>No training run has this id, or it has no such file yet.</summary>
    public static readonly ErrorCode TrainingNotFound = Caller("training-not-found", 404, "There is no such training run");

    /// <summary>The run cannot learn: its recipe, its data and its model do not fit, or the loss is no number any more.</summary>
    public static readonly ErrorCode TrainingInvalid = Caller("training-invalid", 422, "The training run cannot go on");

    /// <summary>ffmpeg, or the encoder of it that is needed, is not installed where the work is done.</summary>
    public static readonly ErrorCode ClipToolsMissing = Service("clip-tools-missing", false, 503, "Videos cannot be read here");

    /// <summary>No video lies where it is said to lie.</summary>
    public static readonly ErrorCode ClipMissing = Caller("clip-missing", 422, "The video is not there");

    /// <summary>The video is empty, cut short or broken, so that no frame can be had of it.</summary>
    public static readonly ErrorCode ClipUnreadable = Caller("clip-unreadable", 422, "The video cannot be read");

    /// <summary>The file has no track of moving pictures.</summary>
    public static readonly ErrorCode ClipWithoutVideo = Caller("clip-without-video", 422, "The file holds no video");

    /// <summary>Content is none of the allow-listed containers.</summary>
    public static readonly ErrorCode ClipContainerUnsupported = Caller(
        "clip-container-unsupported",
        415,
        "The video's container is not supported"
    );

    /// <summary>The pictures are compressed by none of the allow-listed codecs.</summary>
    public static readonly ErrorCode ClipCodecUnsupported = Caller("clip-codec-unsupported", 415, "The video's codec is not supported");

    /// <summary>The video lasts longer than the limit.</summary>
    public static readonly ErrorCode ClipTooLong = Caller("clip-too-long", 422, "The video is too long");

    /// <summary>The video has more bytes or pixels, or takes more memory, than the limit.</summary>
    public static readonly ErrorCode ClipTooLarge = Caller("clip-too-large", 413, "The video is too large");

    /// <summary>Reading or writing the video took more time than the limit.</summary>
    public static readonly ErrorCode ClipTookTooLong = Caller("clip-took-too-long", 422, "The video takes too long to read");

    /// <summary>A track is given, and nobody says when the video began.</summary>
    public static readonly ErrorCode ClipStartUnknown = Caller("clip-start-unknown", 422, "It is not known when the video began");

    /// <summary>The track is no GPX, or is broken or too large.</summary>
    public static readonly ErrorCode GpxUnreadable = Caller("gpx-unreadable", 422, "The GPX track cannot be read");

    /// <summary>The track was recorded at another time than the video.</summary>
    public static readonly ErrorCode GpxDoesNotOverlap = Caller("gpx-does-not-overlap", 422, "The GPX track is of another time");

    /// <summary>A curated set differs from its manifest.</summary>
    public static readonly ErrorCode CuratedSetInvalid = Service("curated-set-invalid", false, 503, "The curated data set cannot be used");

    /// <summary>A model package is broken: hash, shape or content differ from its manifest.</summary>
    public static readonly ErrorCode ModelInvalid = Service("model-invalid", false, 503, "The model package cannot be used");

    /// <summary>A message was tried as often as the queue allows and failed each time.</summary>
    public static readonly ErrorCode AttemptsExhausted = Service("attempts-exhausted", true, 500, "Processing failed repeatedly");

    /// <summary>Storage did not answer or refused.</summary>
    public static readonly ErrorCode StorageUnavailable = Service("storage-unavailable", true, 503, "Storage is not available");

    /// <summary>A defect of the service.</summary>
    public static readonly ErrorCode Internal = Service("internal", true, 500, "An internal error occurred");

    private static readonly FrozenDictionary<string, ErrorCode> ByCode = new[]
    {
        ConfidenceUnavailable,
        MaskTooComplex,
        WebhooksDisabled,
        WebhookUrlInvalid,
        WebhookNotDue,
        ImageEmpty,
        ImageTooManyBytes,
        ImageTooManyPixels,
        ImageFormatUnsupported,
        ImageAnimated,
        ImageCorrupt,
        UploadMissing,
        UploadNameInvalid,
        JobNotFound,
        ResultNotReady,
        BatchNotFound,
        BatchEmpty,
        BatchTooLarge,
        BatchInvalid,
        BatchNotEnded,
        ResultGone,
        ReviewNotFound,
        ReviewChanged,
        MaskInvalid,
        ContentTypeUnsupported,
        RequestInvalid,
        IdempotencyConflict,
        TooManyJobs,
        QueueFull,
        TooManyRequests,
        RequestTooSlow,
        DeadlineExceeded,
        ModelNotFound,
        RedactionUnavailable,
        RouteNotFound,
        KeyRequired,
        PhotoUnreachable,
        DatasetInvalid,
        DatasetEmpty,
        DatasetLabelsUnknown,
        ClassesUnmatched,
        AuditNotFound,
        AuditRunning,
        DatasetSplitEmpty,
        DatasetArchiveRefused,
        CuratedSetInvalid,
        ClipToolsMissing,
        ClipMissing,
        ClipUnreadable,
        ClipWithoutVideo,
        ClipContainerUnsupported,
        ClipCodecUnsupported,
        ClipTooLong,
        ClipTooLarge,
        ClipTookTooLong,
        ClipStartUnknown,
        GpxUnreadable,
        GpxDoesNotOverlap,
        RequestTooLarge,
        DatasetNotFound,
        TrainingNotFound,
        TrainingInvalid,
        ModelNoRollback,
        ModelGateFailed,
        OperatorRequired,
        ModelInvalid,
        AttemptsExhausted,
        StorageUnavailable,
        Internal,
    }.ToFrozenDictionary(code => code.Code);

    /// <summary>Every code, in no particular order.</summary>
    public static IReadOnlyCollection<ErrorCode> All => ByCode.Values;

    /// <summary>The entry with this code.</summary>
    /// <exception cref="KeyNotFoundException">No such code.</exception>
    public static ErrorCode Parse(string code) => ByCode[code];

    private static ErrorCode Caller(string code, int status, string title) => new(code, Fault.Caller, false, status, title);

    private static ErrorCode Service(string code, bool retryable, int status, string title) =>
        new(code, Fault.Service, retryable, status, title);
}
