using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Datasets;

/// <summary>Makes archives of curated versions for labelling tools, one at a time: each takes temporary space of the version's size, twice
/// over.</summary>
internal sealed class VersionExport(VersionFiles versions) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Writes the archive into a temporary file that goes with its stream.</summary>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: the version is too large; curated-set-invalid;
    /// dataset-invalid: the form cannot name a class; mask-too-complex: a mask is noise.</exception>
    public async Task<Stream> WriteAsync(string name, string version, ExportFormat format, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        var staging = Directory.CreateTempSubdirectory("roadseg-export-");
        FileStream? zip = null;
        try
        {
            var set = await versions.FetchAsync(name, version, Path.Combine(staging.FullName, "set"), "roadseg dataset export", cancel);
            zip = new FileStream(
                Path.Combine(Path.GetTempPath(), $"roadseg-export-{Guid.NewGuid():N}.zip"),
                FileMode.CreateNew,
                FileAccess.ReadWrite,
                FileShare.None,
                1 << 16,
                FileOptions.DeleteOnClose | FileOptions.Asynchronous
            );
            DatasetExport.ToArchive(set, format, zip, null, cancel);
            zip.Position = 0;
            return zip;
        }
        catch
        {
            if (zip is not null)
                await zip.DisposeAsync();
            throw;
        }
        finally
        {
            staging.Delete(recursive: true);
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
