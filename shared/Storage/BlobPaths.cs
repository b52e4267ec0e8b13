using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Storage;

/// <summary>Every blob path. Only ids the service made appear in them, never a caller's file name.</summary>
public static class BlobPaths
{
    private const int TimeDigits = 15;
    private const long LastMillisecond = 999_999_999_999_999;

    /// <summary>In <see cref="Containers.Uploads"/> or <see cref="Containers.Submitted"/>: the photo of a job that came through the
    /// API.</summary>
    public static string Upload(WorkId id) => $"{id}/image";

    /// <summary>True for what an upload key is for: a photo, or a video and its track.</summary>
    public static bool IsUpload(string path) =>
        path is not null && path.Split('/') is [var id, "image" or "video" or "track"] && WorkId.TryParse(id, out _);

    /// <summary>Where files of a batch lie that show the frames of its video.</summary>
    public const string ClipFiles = "clip/";

    /// <summary>True for such a file, in <see cref="Containers.BatchRuns"/>.</summary>
    public static bool IsClipFile(string path) => path is not null && path.Split('/') is ["files", _, "clip", ..];

    /// <summary>In <see cref="Containers.Submitted"/>, where storage raises no event: the photo as an attempt redacted it.</summary>
    public static string Redacted(WorkId id, int attempt) => $"{id}/redacted-{attempt}";

    /// <summary>In <see cref="Containers.Work"/>: raw RGB bytes [height, width, 3] of the model input.</summary>
    /// <param name="id">The job.</param>
    /// <param name="file">What the record names (<see cref="JobRecord.InputFile"/>); null in records from before there were
    /// several.</param>
    public static string WorkInput(WorkId id, string? file = null) => $"{id}/{file ?? "input"}";

    /// <summary>In <see cref="Containers.Results"/>: a file of one attempt.</summary>
    public static string Result(WorkId id, int attempt, string file) => $"{id}/{attempt}/{file}";

    /// <summary>In <see cref="Containers.Results"/>: a mask that a person reviewed. Each that is saved has a version of its own, so that
    /// none replaces what a record names.</summary>
    public static string Review(WorkId id, string version) => $"{id}/review-{version}.png";

    /// <summary>In <see cref="Containers.Jobs"/>: the job record. It lies with those of the same caller, the newest first as in
    /// <see cref="IndexedJob"/>, which makes the list of them; that of a bare drop, whose id says nothing of its age, lies at
    /// <see cref="LooseJob"/>.</summary>
    public static string Job(WorkId id) =>
        id.MadeAt is { } made ? $"{JobsOf(id.Partition)}{NewestFirst(made)}-{id}{RecordSuffix}" : LooseJob(id);

    /// <summary>In <see cref="Containers.Jobs"/>: a record outside of its caller's list, as all were before they made one.</summary>
    public static string LooseJob(WorkId id) => $"{id}{RecordSuffix}";

    /// <summary>In <see cref="Containers.Jobs"/>: prefix of the records of a caller's jobs.</summary>
    /// <param name="partition">See <see cref="WorkId.PartitionOf"/>.</param>
    public static string JobsOf(string partition) => $"{JobPartitions}{partition}/";

    /// <summary>In <see cref="Containers.Jobs"/>: prefix of all of these.</summary>
    public const string JobPartitions = "callers/";

    /// <summary>What the names of records end in.</summary>
    public const string RecordSuffix = ".json";

    /// <summary>In <see cref="Containers.JobsActive"/>: the marker of a live job.</summary>
    public static string ActiveJob(string caller, WorkId id) => $"{ActiveJobs(caller)}{id}";

    /// <summary>In <see cref="Containers.JobsActive"/>: prefix of the markers of a caller's live jobs.</summary>
    public static string ActiveJobs(string caller) => $"{caller}/";

    /// <summary>In <see cref="Containers.JobsIndex"/>: the place in its caller's list of a job whose record does not lie there
    /// itself.</summary>
    public static string IndexedJob(string caller, DateTimeOffset createdAt, WorkId id) =>
        $"{IndexedJobs(caller)}{NewestFirst(createdAt)}-{id}";

    /// <summary>In <see cref="Containers.JobsIndex"/>: prefix of a caller's list.</summary>
    public static string IndexedJobs(string caller) => $"{caller}/";

    /// <summary>Stands for the caller in the markers of jobs that batches made: a batch counts by itself, and its caller's next photo finds
    /// the lane that it would find without. No caller is named so.</summary>
    public const string ItemsOfBatches = "items.of.batches";

    /// <summary>In <see cref="Containers.BatchRuns"/>: the record of a batch, with those of the same caller, the newest first.</summary>
    /// <param name="id">Its id, which says when it was made.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static string Batch(WorkId id)
    {
        var made = id.MadeAt ?? throw new ArgumentException($"{id} is no batch's.", nameof(id));
        return $"{BatchesOf(id.Partition)}{NewestFirst(made)}-{id}{RecordSuffix}";
    }

    /// <summary>In <see cref="Containers.BatchRuns"/>: prefix of the records of a caller's batches.</summary>
    /// <param name="partition">See <see cref="WorkId.PartitionOf"/>.</param>
    public static string BatchesOf(string partition) => $"callers/{partition}/";

    /// <summary>In <see cref="Containers.BatchRuns"/>: a file of a batch.</summary>
    public static string BatchFile(WorkId id, string file) => $"files/{id}/{file}";

    /// <summary>In <see cref="Containers.BatchRuns"/>: prefix of the logs of a batch.</summary>
    public static string BatchLogs(WorkId id) => BatchFile(id, "log/");

    /// <summary>In <see cref="Containers.BatchRuns"/>: a log of a batch, an append blob of JSON lines in no order.</summary>
    public static string BatchLog(WorkId id, int log) => string.Create(CultureInfo.InvariantCulture, $"{BatchLogs(id)}{log:D3}.jsonl");

    /// <summary>In <see cref="Containers.BatchesActive"/>: the marker of a batch.</summary>
    public static string ActiveBatch(string caller, WorkId id) => $"{ActiveBatches(caller)}{id}";

    /// <summary>In <see cref="Containers.BatchesActive"/>: prefix of the markers of a caller's batches.</summary>
    public static string ActiveBatches(string caller) => $"{caller}/";

    /// <summary>In <see cref="Containers.Clips"/>: a video that was uploaded by key.</summary>
    public static string ClipVideo(WorkId key) => $"{key}/video";

    /// <summary>In <see cref="Containers.Clips"/>: the track that was uploaded beside it.</summary>
    public static string ClipTrack(WorkId key) => $"{key}/track";

    /// <summary>In <see cref="Containers.Clips"/>: a frame of the video of a batch.</summary>
    public static string ClipFrame(WorkId batch, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{ClipFrames(batch)}{index + 1:D5}.jpg");

    /// <summary>In <see cref="Containers.Clips"/>: prefix of all of them.</summary>
    public static string ClipFrames(WorkId batch) => $"{batch}/frames/";

    /// <summary>In <see cref="Containers.IdempotencyKeys"/>: an entry. The key is the caller's text, so its hash names the blob.</summary>
    public static string IdempotencyKey(string caller, string key) =>
        $"{caller}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    /// <summary>In <see cref="Containers.Datasets"/>: the description of a drop; its arrival says that the drop is complete.</summary>
    public static string DatasetSpec(string name) => $"{name}/dataset.json";

    /// <summary>In <see cref="Containers.Curated"/>: the record of a data set.</summary>
    public static string Dataset(string name) => $"{name}/record.json";

    /// <summary>In <see cref="Containers.Curated"/>: a file of a curated version, or of the report of a drop that could not be used
    /// (version <c>failed</c>).</summary>
    public static string Curated(string name, string version, string file) => $"{name}/{version}/{file}";

    /// <summary>In <see cref="Containers.Audits"/>: the record of the latest audit of a version.</summary>
    public static string Audit(string name, string version) => $"{Audits(name, version)}record.json";

    /// <summary>In <see cref="Containers.Audits"/>: prefix of all that is of the audits of a version.</summary>
    public static string Audits(string name, string version) => $"{name}/{version}/";

    /// <summary>In <see cref="Containers.Audits"/>: a file of one audit of a version.</summary>
    public static string AuditFile(string name, string version, WorkId run, string file) => $"{Audits(name, version)}{run}/{file}";

    /// <summary>In <see cref="Containers.AuditsActive"/>: the marker of an audit that has not ended.</summary>
    public static string ActiveAudit(string name, string version) => $"{name}/{version}";

    /// <summary>In <see cref="Containers.Trainings"/>: the record of a training run.</summary>
    public static string Training(WorkId id) => TrainingFile(id, "record.json");

    /// <summary>In <see cref="Containers.Trainings"/>: a file of a training run (<see cref="TrainingFiles"/>).</summary>
    public static string TrainingFile(WorkId id, string file) => $"{id}/{file}";

    /// <summary>In <see cref="Containers.Trainings"/>: a run's place in the list of all, newest first as in <see cref="IndexedJob"/>. Ids
    /// of runs that a data set asked for are made of its drop and do not sort by age.</summary>
    public static string IndexedTraining(DateTimeOffset createdAt, WorkId id) => $"{IndexedTrainings}{NewestFirst(createdAt)}-{id}";

    /// <summary>In <see cref="Containers.Trainings"/>: prefix of the list of all runs.</summary>
    public const string IndexedTrainings = "index/";

    /// <summary>In <see cref="Containers.TrainingsActive"/>: the marker of a live training run.</summary>
    public static string ActiveTraining(WorkId id) => id.ToString();

    /// <summary>In <see cref="Containers.Models"/>: which version is live.</summary>
    public static string ModelPointer(string name) => $"{name}/current.json";

    /// <summary>In <see cref="Containers.Models"/>: the record of a version.</summary>
    public static string ModelVersion(string name, string version) => $"{ModelVersions(name)}{version}.json";

    /// <summary>In <see cref="Containers.Models"/>: prefix of the records of a model's versions.</summary>
    public static string ModelVersions(string name) => $"{name}/versions/";

    /// <summary>In <see cref="Containers.Models"/>: the photos on which a version differed most from the one that was live when it was
    /// judged.</summary>
    public static string ShadowRun(string name, string version) => $"{ShadowRuns(name)}{version}.json";

    /// <summary>In <see cref="Containers.Models"/>: prefix of the shadow runs of a model's versions.</summary>
    public static string ShadowRuns(string name) => $"{name}/shadow/";

    /// <summary>A time as names have it that sort newest first: what is left until the last millisecond that 15 digits hold.</summary>
    public static string NewestFirst(DateTimeOffset time) =>
        (LastMillisecond - time.ToUnixTimeMilliseconds()).ToString($"D{TimeDigits}", CultureInfo.InvariantCulture);

    /// <summary>The time that a name of <see cref="NewestFirst"/> begins with, to the millisecond; null for a name that is none.</summary>
    public static DateTimeOffset? TimeOf(string name) =>
        name is { Length: > TimeDigits }
        && long.TryParse(name.AsSpan(0, TimeDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && LastMillisecond - left <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(LastMillisecond - left)
            : null;

    /// <summary>In <see cref="Containers.Models"/>: a file of a version's package.</summary>
    public static string ModelFile(string name, string version, string file) => $"{name}/{version}/{file}";
}
