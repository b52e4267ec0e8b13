using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Cli.Segment;

/// <summary>Drops photos into the uploads container, as any storage tool would, and follows their jobs over the API.</summary>
/// <param name="pollInterval">Time between two looks at a job.</param>
internal sealed class PhotoDrop(BlobServiceClient blobs, HttpClient api, TimeSpan pollInterval, TimeProvider time)
{
    // Far beyond the usual 300 ms: past it the event is taken for lost.
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(30);

    private readonly string _folder = $"drops/{JobId.New(time)}";
    private int _dropped;

    /// <summary>Uploads a photo and waits until its job has ended.</summary>
    /// <exception cref="TimeoutException">No job came of the upload: storage events do not arrive.</exception>
    public async Task<JobView> SegmentAsync(string file, CancellationToken cancel) => await EndedAsync(await DropAsync(file, cancel), cancel);

    /// <summary>Uploads a photo.</summary>
    /// <returns>The id of the job that its storage event makes.</returns>
    public async Task<JobId> DropAsync(string file, CancellationToken cancel)
    {
        var path = $"{_folder}/{Interlocked.Increment(ref _dropped)}/{Path.GetFileName(file)}";
        await using var content = File.OpenRead(file);
        var stored = await blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(content, cancel);
        return JobId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString());
    }

    /// <summary>Waits until a job has ended.</summary>
    /// <exception cref="TimeoutException">There is no such job: storage events do not arrive.</exception>
    public async Task<JobView> EndedAsync(JobId id, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await FindAsync(id, cancel) is { } job)
            {
                if (job.State.IsTerminal())
                    return job;
            }
            else if (Stopwatch.GetElapsedTime(since) > EventPatience)
            {
                throw new TimeoutException($"No job came of an upload within {EventPatience.TotalSeconds:F0} s: storage events do not reach the app.");
            }

            await Task.Delay(pollInterval, time, cancel);
        }
    }

    private async Task<JobView?> FindAsync(JobId id, CancellationToken cancel)
    {
        using var response = await api.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), cancel);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel)
            ?? throw new JsonException("The service answered null for a job.");
    }
}
