using System.Text.Json;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Segment;

/// <summary>A job's result, saved to files.</summary>
/// <param name="Job">The job.</param>
/// <param name="Summary">Class shares.</param>
/// <param name="Files">What it is to the path of its file.</param>
internal sealed record SavedResult(JobView Job, ResultSummary Summary, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Fetches the result files of a succeeded job.</summary>
    /// <inheritdoc cref="FetchFilesAsync"/>
    public static async Task<SavedResult> FetchAsync(
        RoadSegClient client,
        JobView job,
        string folder,
        string name,
        MinConfidence? least,
        CancellationToken cancel
    )
    {
        var (summary, files) = await FetchFilesAsync(client, job.Id, folder, name, least, cancel);
        return new SavedResult(job, summary, files);
    }

    /// <summary>Fetches the result files of a succeeded job, of which the id is known.</summary>
    /// <param name="client">The service.</param>
    /// <param name="job">The job.</param>
    /// <param name="folder">Folder to save to; made if missing.</param>
    /// <param name="name">File names begin with this.</param>
    /// <param name="least">How sure the model must be; null: every pixel has its class.</param>
    /// <param name="cancel">Stops between files.</param>
    public static async Task<(ResultSummary Summary, Dictionary<string, string> Files)> FetchFilesAsync(
        RoadSegClient client,
        WorkId job,
        string folder,
        string name,
        MinConfidence? least,
        CancellationToken cancel
    )
    {
        Directory.CreateDirectory(folder);
        var files = new Dictionary<string, string>();
        var summary = await client.GetSummaryAsync(job, least, cancel);
        await SaveAsync("mask", ".mask.png", await client.OpenMaskAsync(job, least, cancel));
        await SaveAsync("color", ".color.png", await client.OpenColorAsync(job, least, cancel));
        await SaveAsync("overlay", ".overlay.jpg", await client.OpenOverlayAsync(job, least: least, cancel: cancel));
        await SaveAsync(
            "summary",
            ".summary.json",
            new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(summary, JobJson.Default.ResultSummary))
        );
        return (summary, files);

        async Task SaveAsync(string part, string ending, Stream content)
        {
            await using (content)
                await WriteAsync(content, files[part] = Path.Combine(folder, name + ending), cancel);
        }
    }

    /// <summary>Writes a file that is whole or not there.</summary>
    public static Task WriteAsync(Stream content, string path, CancellationToken cancel) =>
        WriteAsync(file => content.CopyToAsync(file, cancel), path);

    /// <summary>Writes a file that is whole or not there.</summary>
    public static async Task WriteAsync(Func<Stream, Task> write, string path)
    {
        var part = path + ".part";
        try
        {
            await using (var file = File.Create(part))
                await write(file);
            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }
}
