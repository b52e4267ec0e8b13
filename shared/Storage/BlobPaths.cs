using RoadSeg.Jobs;

namespace RoadSeg.Storage;

/// <summary>Every blob path. Only ids the service made appear in them, never a caller's file name.</summary>
public static class BlobPaths
{
    /// <summary>In <see cref="Containers.Uploads"/>: the photo of a job that came through the API.</summary>
    public static string Upload(JobId id) => $"{id}/image";

    /// <summary>In <see cref="Containers.Work"/>: raw RGB bytes [height, width, 3] of the model input.</summary>
    public static string WorkInput(JobId id) => $"{id}/input";

    /// <summary>In <see cref="Containers.Results"/>: a file of one attempt.</summary>
    public static string Result(JobId id, int attempt, string file) => $"{id}/{attempt}/{file}";

    /// <summary>In <see cref="Containers.Jobs"/>: the job record.</summary>
    public static string Job(JobId id) => $"{id}.json";

    /// <summary>In <see cref="Containers.JobsActive"/>: the marker of a live job.</summary>
    public static string ActiveJob(JobId id) => id.ToString();
}

/// <summary>File names of a result.</summary>
public static class ResultFiles
{
    /// <summary>8-bit palette PNG of class ids at the photo's oriented size.</summary>
    public const string Mask = "mask.png";

    /// <summary>8-bit grey PNG of the confidence of each pixel, at the mask's size; there is none of models that give class ids.</summary>
    public const string Confidence = "confidence.png";

    /// <summary>Class summary (<see cref="ResultSummary"/>).</summary>
    public const string Summary = "summary.json";
}
