using System.Text.Json;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Segment;

/// <summary>A job's result, saved to files.</summary>
/// <param name="Summary">Class shares.</param>
/// <param name="Mask">Path of the palette PNG of class ids.</param>
/// <param name="Color">Path of the coloured mask.</param>
/// <param name="Overlay">Path of the photo with the classes over it.</param>
internal sealed record SavedResult(ResultSummary Summary, string Mask, string Color, string Overlay)
{
    /// <summary>Fetches the result files of a succeeded job.</summary>
    /// <param name="api">The service.</param>
    /// <param name="job">The job.</param>
    /// <param name="folder">Folder to save to; made if missing.</param>
    /// <param name="name">File names begin with this.</param>
    /// <param name="cancel">Stops between files.</param>
    public static async Task<SavedResult> FetchAsync(HttpClient api, JobView job, string folder, string name, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var summary = await api.GetByteArrayAsync(Link(job, "summary"), cancel);
        await File.WriteAllBytesAsync(Path.Combine(folder, name + ".summary.json"), summary, cancel);
        return new SavedResult(
            JsonSerializer.Deserialize(summary, JobJson.Default.ResultSummary) ?? throw new JsonException("The service answered null for a summary."),
            await SaveAsync("mask", ".mask.png"),
            await SaveAsync("color", ".color.png"),
            await SaveAsync("overlay", ".overlay.jpg"));

        async Task<string> SaveAsync(string link, string ending)
        {
            var path = Path.Combine(folder, name + ending);
            await File.WriteAllBytesAsync(path, await api.GetByteArrayAsync(Link(job, link), cancel), cancel);
            return path;
        }
    }

    private static Uri Link(JobView job, string name) => new(job.Links[name], UriKind.Relative);
}
