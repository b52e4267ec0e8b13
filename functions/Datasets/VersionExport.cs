using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Datasets;

/// <summary>Makes archives of curated versions for labelling tools, one at a time: each takes temporary space of the version's size, twice
/// over.</summary>
internal sealed class VersionExport(VersionFiles versions, TimeProvider time) : IDisposable
{
    private readonly OneAtATime _one = new(time);

    /// <summary>Writes the archive into a temporary file that goes with its stream.</summary>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: the version is too large; curated-set-invalid;
    /// dataset-invalid: the form cannot name a class; mask-too-complex: a mask is noise.</exception>
    public Task<Stream> WriteAsync(string name, string version, ExportFormat format, CancellationToken cancel) =>
        _one.RunAsync<Stream>(
            async folder =>
            {
                var set = await versions.FetchAsync(name, version, folder["set"], "roadseg dataset export", cancel);
                var zip = new FileStream(
                    Path.Combine(Path.GetTempPath(), $"roadseg-export-{Guid.NewGuid():N}.zip"),
                    FileMode.CreateNew,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    1 << 16,
                    FileOptions.DeleteOnClose | FileOptions.Asynchronous
                );
                try
                {
                    DatasetExport.ToArchive(set, format, zip, null, cancel);
                    zip.Position = 0;
                    return zip;
                }
                catch
                {
                    await zip.DisposeAsync();
                    throw;
                }
            },
            cancel
        );

    public void Dispose() => _one.Dispose();
}
