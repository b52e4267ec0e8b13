using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using RoadSeg.Models;

namespace RoadSeg.Jobs;

/// <summary>Everything known of a job: the content of <c>jobs/{id}.json</c>. Written only by <see cref="JobStore"/>.</summary>
public sealed record JobRecord
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; }

    /// <summary>The job's id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobState State { get; init; }

    // Members that a record may lack have their default in the getter: generated readers set every init-only member.

    /// <summary>Whose job it is: see <see cref="Callers"/>.</summary>
    [AllowNull]
    public string Caller { get => field ?? Callers.Local; init; }

    /// <summary>The photo.</summary>
    public required JobSource Source { get; init; }

    /// <summary>The upload key that was issued for it; null when the photo came by itself or in a request body.</summary>
    public JobUpload? Upload { get; init; }

    /// <summary>The model the caller asked for, as <c>name</c> (its live version) or <c>name@version</c>; null for the one that serves.</summary>
    public string? Model { get; init; }

    /// <summary>The version its input was made for and that runs it, whatever is live by then. Null before the input is stored, and in records
    /// from before there were several versions: the live one.</summary>
    public ModelPin? Pin { get; init; }

    /// <summary>The caller's own notes, shown and never read.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Where to tell of the end; null when nobody asked.</summary>
    public JobWebhook? Webhook { get; init; }

    /// <summary>Which of the two lines it waits in.</summary>
    public JobLane Lane { get; init; }

    /// <summary>Its number in that line: jobs of lower numbers are ahead. Comparable only with the numbers of other waiting messages.</summary>
    public long? Ticket { get; init; }

    /// <summary>The span that its trace began with, as a W3C <c>traceparent</c>; null when nothing was traced then.</summary>
    [JsonPropertyName("traceparent")]
    public string? TraceParent { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required JobTimes Times { get; init; }

    /// <summary>The message that owns the job while Received, Queued or Running; null before and after.</summary>
    public JobOwner? Owner { get; init; }

    /// <summary>When the sweep last sent its message again; null when it never had to.</summary>
    public DateTimeOffset? RepairedAt { get; init; }

    /// <summary>Segmentation attempts begun so far. A commit names its attempt; an older attempt cannot commit.</summary>
    public int Attempt { get; init; }

    /// <summary>Facts of the photo, once its header is read.</summary>
    public JobImage? Image { get; init; }

    /// <summary>Size of the model input, once it is stored.</summary>
    public JobInput? Input { get; init; }

    /// <summary>Which blob of the job's in <c>work</c> is that input: each delivery stores one of its own, so that none replaces what stands here.
    /// Null in records from before that: <c>input</c>.</summary>
    public string? InputFile { get; init; }

    /// <summary>When its newest segmentation message was to be sent. An older one has no say in how the job ends.</summary>
    [JsonIgnore]
    public DateTimeOffset? SentAt => RepairedAt > Times.QueuedAt ? RepairedAt : Times.QueuedAt;

    /// <summary>How long each piece of work took.</summary>
    [AllowNull]
    public StageMilliseconds Stages { get => field ?? new(); init; }

    /// <summary>What ran, when succeeded.</summary>
    public JobResult? Result { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public JobFailure? Failure { get; init; }
}

/// <summary>Where the photo lies.</summary>
/// <param name="Container">Container name.</param>
/// <param name="Path">Blob name inside the container.</param>
/// <param name="ETag">Version the job is about, unquoted; null while awaiting the upload.</param>
/// <param name="FileName">The caller's name for the file; shown, never used in a path.</param>
public sealed record JobSource([property: JsonRequired] string Container, [property: JsonRequired] string Path, string? ETag, string? FileName);

/// <summary>An upload key.</summary>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record JobUpload(DateTimeOffset ExpiresAt);

/// <summary>The queue message an attempt works for. The message's own lock is the lease: a redelivery of the same message
/// proves that the former delivery ended, a different message is a duplicate.</summary>
/// <param name="MessageId">Queue message id.</param>
/// <param name="Since">When it took the job.</param>
public sealed record JobOwner([property: JsonRequired] string MessageId, DateTimeOffset Since);

/// <summary>When each state was first entered (UTC); null where it was not.</summary>
public sealed record JobTimes
{
    /// <summary>The record was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>PreprocessUpload took it.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>The model input was stored.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>SegmentImage took it (latest attempt).</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>A terminal state was entered.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>The photo, from its header.</summary>
/// <param name="Format">jpeg, png, webp, avif, tiff or heic.</param>
/// <param name="Width">Width in pixels after EXIF orientation.</param>
/// <param name="Height">Height in pixels after EXIF orientation.</param>
/// <param name="Orientation">EXIF orientation, 1-8.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record JobImage([property: JsonRequired] string Format, int Width, int Height, int Orientation, long Bytes);

/// <summary>Size of the stored model input in pixels.</summary>
public sealed record JobInput(int Width, int Height);

/// <summary>Wall time of each piece of work in milliseconds; null where it was not reached.</summary>
public sealed record StageMilliseconds
{
    /// <summary>PreprocessUpload: reading the photo from storage.</summary>
    public double? Read { get; init; }

    /// <summary>PreprocessUpload: header, decode, orientation, resize.</summary>
    public double? Decode { get; init; }

    /// <summary>PreprocessUpload: storing the model input.</summary>
    public double? Store { get; init; }

    /// <summary>SegmentImage: taking the job (the input is read meanwhile).</summary>
    public double? Claim { get; init; }

    /// <summary>SegmentImage: what was left of reading the model input when the job was taken.</summary>
    public double? Fetch { get; init; }

    /// <summary>SegmentImage: waiting for the model, other runs before this one included.</summary>
    public double? Wait { get; init; }

    /// <summary>SegmentImage: the model's run.</summary>
    public double? Infer { get; init; }

    /// <summary>SegmentImage: upsampling, confidence and argmax at the photo's size.</summary>
    public double? Upsample { get; init; }

    /// <summary>SegmentImage: encoding the mask.</summary>
    public double? Encode { get; init; }

    /// <summary>SegmentImage: storing the result files.</summary>
    public double? Commit { get; init; }
}

/// <summary>Which attempt's files are the result, and what made them.</summary>
/// <param name="Attempt">Folder of the result files.</param>
/// <param name="Model">Model name.</param>
/// <param name="ModelVersion">Model version.</param>
/// <param name="ModelSha256">SHA-256 of the graph that ran, lower-case hex.</param>
/// <param name="Provider">ONNX Runtime execution provider that ran it.</param>
public sealed record JobResult(int Attempt, [property: JsonRequired] string Model, [property: JsonRequired] string ModelVersion, [property: JsonRequired] string ModelSha256, [property: JsonRequired] string Provider);

/// <summary>Why a job failed.</summary>
/// <param name="Code">Entry of <see cref="Errors.ErrorCodes"/>.</param>
/// <param name="Message">What is wrong and what to do, in a sentence.</param>
/// <param name="Retryable">True when submitting the same photo again may succeed.</param>
public sealed record JobFailure([property: JsonRequired] string Code, [property: JsonRequired] string Message, bool Retryable);
