using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Uploads;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Datasets;

/// <summary>Addresses to put the files of a drop to, for who has a key of this service and none of its storage: the page.</summary>
internal sealed class DatasetUploads(UploadKeys keys, TimeProvider time)
{
    private const int MostFiles = 1000;
    private const int MostLength = 900;
    private const int MaxBody = 1024 * 1024;

    // As long as a large archive may take on a slow line: storage looks at the key when a request begins.
    private static readonly TimeSpan Valid = TimeSpan.FromHours(1);

    /// <summary>An address for each file that the request names. A file that is there already is written over.</summary>
    /// <exception cref="RoadSegException">request-invalid, request-too-slow or content-type-unsupported.</exception>
    public async Task<DatasetUploadTicket> IssueAsync(string name, HttpRequest request, CancellationToken cancel)
    {
        if (!DatasetSpecJson.IsName(name))
            throw Invalid("The data set's name is 1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit.");
        var files = (await ReadAsync(request, cancel)).Files;
        if (files.Count is 0 or > MostFiles)
            throw Invalid($"Name 1 to {MostFiles} files a call, not {files.Count}.");
        var key = new JobUpload(time.GetUtcNow() + Valid, Resumable: true);
        var tickets = new List<DatasetFileTicket>(files.Count);
        foreach (var path in files)
        {
            if (!IsPlain(path))
                throw Invalid(
                    $"'{Shown(path)}' is no path of a file within a set: write folders and a name with '/' between "
                        + $"them, without '.', '..', '\\' and control characters, of at most {MostLength} characters."
                );
            tickets.Add(new DatasetFileTicket(path, await keys.IssueAsync(Containers.Datasets, $"{name}/{path}", key, cancel)));
        }

        return new DatasetUploadTicket(new Dictionary<string, string> { ["x-ms-blob-type"] = "BlockBlob" }, key.ExpiresAt, tickets);
    }

    // Addresses are normalised on their way to storage: another path would be written than was named.
    private static bool IsPlain(string? path) =>
        path is { Length: > 0 and <= MostLength }
        && !path.Any(static c => c == '\\' || char.IsControl(c))
        && path.Split('/').All(static part => part.Length > 0 && part is not ("." or "..") && part.Trim().Length > 0);

    private static string Shown(string? path) => new([.. (path ?? "null").Where(static c => !char.IsControl(c)).Take(120)]);

    private Task<DatasetUploadRequest> ReadAsync(HttpRequest request, CancellationToken cancel) =>
        JsonBody.ReadAsync(
            request,
            MaxBody,
            static () => Invalid($"The list of files has more than {MaxBody} bytes: ask in several calls."),
            DatasetRecordJson.Default.DatasetUploadRequest,
            "a JSON object with files, a list of paths",
            "{\"files\": [\"images/a.png\", ...]}",
            time,
            cancel
        );

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);
}
