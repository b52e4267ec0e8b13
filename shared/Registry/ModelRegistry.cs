using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <summary>The models of a deployment, in the container <c>models</c>. Versions are immutable; which one is live moves under
/// ETag.</summary>
/// <remarks>A model without a pointer serves what the app shipped with: nothing is written before somebody publishes.</remarks>
public sealed partial class ModelRegistry
{
    /// <summary>The file of a package that is stored first and claims its version.</summary>
    public const string ClaimFile = ManifestRules.ManifestFile;

    private const int HistoryKept = 100;

    private readonly BlobContainerClient _models;
    private readonly JsonBlobs<ModelPointer> _pointers;
    private readonly JsonBlobs<ModelVersion> _versions;
    private readonly JsonBlobs<ShadowRun> _shadows;
    private readonly TimeProvider _time;

    /// <summary>The registry of one storage account.</summary>
    public ModelRegistry(BlobServiceClient blobs, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        _models = blobs.GetBlobContainerClient(Containers.Models);
        _pointers = new JsonBlobs<ModelPointer>(_models, RegistryJson.Default.ModelPointer);
        _versions = new JsonBlobs<ModelVersion>(_models, RegistryJson.Default.ModelVersion);
        _shadows = new JsonBlobs<ShadowRun>(_models, RegistryJson.Default.ShadowRun);
        _time = time;
    }

    /// <summary>Makes sure that a model has a live version: the package that the app shipped with, if there is none yet.</summary>
    public async Task SeedAsync(ModelPackage bundled, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(bundled);
        var (name, version) = (bundled.Manifest.Name, bundled.Manifest.Version);
        if (await LiveAsync(name, cancel) is not null)
            return;
        await PublishAsync(bundled, "seed", null, null, cancel);
        var first = new ModelPointer(version, [], [new PointerMove(version, _time.GetUtcNow(), "seed", "seed")]);
        await _pointers.TryWriteAsync(BlobPaths.ModelPointer(name), first, null, cancel);
    }

    /// <summary>Puts a package into the registry, as a candidate. Doing it again changes nothing; a crash on the way leaves files that are
    /// no version until their record is written, which is last. The manifest is first and written once: whoever wrote it has the
    /// version.</summary>
    /// <param name="package">A verified package.</param>
    /// <param name="by">Caller, or <c>training {id}</c>.</param>
    /// <param name="training">The run that made it.</param>
    /// <param name="dataset">What it was trained on, as <c>name/version</c>.</param>
    /// <param name="cancel">Stops between files.</param>
    /// <exception cref="RoadSegException">model-invalid: the registry holds another package under this version.</exception>
    public async Task<ModelVersion> PublishAsync(
        ModelPackage package,
        string by,
        WorkId? training,
        string? dataset,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(package);
        var manifest = package.Manifest;
        var (name, version) = (manifest.Name, manifest.Version);
        var form = ModelManifestJson.Serialize(manifest);
        var hash = Convert.ToHexStringLower(SHA256.HashData(form));
        if (!ModelPin.Of(manifest).IsValid)
            throw new RoadSegException(ErrorCodes.ModelInvalid, $"'{version}' cannot be a version in the registry. Pack the model again.");
        if (await FindAsync(name, version, cancel) is { } there)
            return Same(there, hash);
        await ClaimAsync(name, version, form, cancel);
        foreach (var file in manifest.Files.Keys)
            await _models
                .GetBlobClient(BlobPaths.ModelFile(name, version, file))
                .UploadAsync(BinaryData.FromBytes(package.ReadFile(file)), overwrite: true, cancel);
        var record = new ModelVersion(name, version, _time.GetUtcNow(), by, hash, training, dataset);
        return await _versions.TryWriteAsync(BlobPaths.ModelVersion(name, version), record, null, cancel) is not null
            ? record
            : Same((await FindAsync(name, version, cancel))!, hash);
    }

    /// <summary>Brings a version onto this machine: downloads, verifies every hash, then the folder appears whole.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cache">Folder of packages; <c>{cache}/{name}/{version}</c> is used as it is when it is there and whole.</param>
    /// <param name="cancel">Stops between files; nothing is left then.</param>
    /// <exception cref="RoadSegException">model-not-found, also where files are gone; model-invalid: files differ from the record's hash;
    /// storage-unavailable.</exception>
    public async Task<ModelPackage> DownloadAsync(string name, string version, string cache, CancellationToken cancel)
    {
        var record = await FindAsync(name, version, cancel) ?? throw NotFound(name, version);
        var target = Path.Combine(cache, name, version);
        if (Directory.Exists(target) && Cached(record, target) is { } cached)
            return cached;

        var staging = $"{target}.{Guid.NewGuid():N}{VersionCache.Partial}";
        Directory.CreateDirectory(staging);
        try
        {
            var form = await ReadAsync(BlobPaths.ModelFile(name, version, ManifestRules.ManifestFile), cancel);
            CheckManifest(record, form);
            var manifest = ModelManifestJson.Parse(form);
            foreach (var file in manifest.Files.Keys)
                await DownloadAsync(BlobPaths.ModelFile(name, version, file), Path.Combine(staging, file), cancel);
            await File.WriteAllBytesAsync(Path.Combine(staging, ManifestRules.ManifestFile), form, cancel);
            ModelPackage.Load(staging);
            try
            {
                Directory.Move(staging, target);
            }
            catch (IOException) when (Directory.Exists(target))
            {
                // Another process was quicker; its files are checked below as ours were.
            }

            return ModelPackage.Load(target);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    // What a disk or a hand damaged is taken away and downloaded anew.
    private static ModelPackage? Cached(ModelVersion record, string target)
    {
        try
        {
            var cached = ModelPackage.Load(target);
            CheckManifest(record, File.ReadAllBytes(Path.Combine(target, ManifestRules.ManifestFile)));
            return cached;
        }
        catch (RoadSegException)
        {
            VersionCache.Remove(target);
            return null;
        }
    }

    /// <summary>Which version of a model is live; null when nobody published one.</summary>
    public Task<Stored<ModelPointer>?> LiveAsync(string name, CancellationToken cancel) => LiveAsync(name, null, cancel);

    /// <summary>The same by one conditional read: the very <paramref name="known"/> while nothing moved since it was read.</summary>
    public async Task<Stored<ModelPointer>?> LiveAsync(string name, Stored<ModelPointer>? known, CancellationToken cancel) =>
        ModelPin.IsName(name) ? await _pointers.FindAsync(BlobPaths.ModelPointer(name), known, cancel) : null;

    /// <summary>The record of a version; null when it was not published.</summary>
    public async Task<ModelVersion?> FindAsync(string name, string version, CancellationToken cancel) =>
        !new ModelPin(name, version).IsValid ? null : (await _versions.FindAsync(BlobPaths.ModelVersion(name, version), cancel))?.Value;

    /// <summary>True when a version has its record, also one that cannot be read.</summary>
    public async Task<bool> IsPublishedAsync(string name, string version, CancellationToken cancel) =>
        new ModelPin(name, version).IsValid && await _models.GetBlobClient(BlobPaths.ModelVersion(name, version)).ExistsAsync(cancel);

    /// <summary>The manifest of a published version; null when it was not published.</summary>
    /// <exception cref="RoadSegException">model-not-found: it is gone; model-invalid: it is not the one that was published;
    /// storage-unavailable.</exception>
    public async Task<ModelManifest?> ManifestAsync(string name, string version, CancellationToken cancel)
    {
        if (await FindAsync(name, version, cancel) is not { } record)
            return null;
        var form = await ReadAsync(BlobPaths.ModelFile(name, version, ManifestRules.ManifestFile), cancel);
        CheckManifest(record, form);
        return ModelManifestJson.Parse(form);
    }

    /// <summary>A file of a published version, which the version's manifest lists. Its hash is checked.</summary>
    /// <exception cref="RoadSegException">model-not-found: it is gone; model-invalid: it is not the one that was published;
    /// storage-unavailable.</exception>
    public async Task<byte[]> ReadFileAsync(ModelManifest manifest, string file, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (!manifest.Files.TryGetValue(file, out var listed))
            throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                $"The package of '{manifest.Name}' {manifest.Version} has no file '{file}'."
            );
        var content = await ReadAsync(BlobPaths.ModelFile(manifest.Name, manifest.Version, file), cancel);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == listed.Sha256
            ? content
            : throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"The file '{file}' of '{manifest.Name}' {manifest.Version} is not the one that was published. Publish the model again."
            );
    }

    /// <summary>Takes a version out of the registry; its files are then unowned, and the caller's to delete.</summary>
    /// <param name="version">The version's record.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <returns>False, and nothing is changed, for a version that is live or can be rolled back to.</returns>
    public async Task<bool> RemoveAsync(ModelVersion version, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(version);
        var (name, path) = (version.Name, BlobPaths.ModelVersion(version.Name, version.Version));
        if (await IsPointedAtAsync(name, version.Version, cancel))
            return false;
        await _models.GetBlobClient(path).DeleteIfExistsAsync(cancellationToken: cancel);

        // Who promoted it meanwhile had found its record still.
        if (!await IsPointedAtAsync(name, version.Version, cancel))
            return true;
        await _versions.TryWriteAsync(path, version, null, cancel);
        return false;
    }

    private async Task<bool> IsPointedAtAsync(string name, string version, CancellationToken cancel) =>
        (await LiveAsync(name, cancel))?.Value is { } pointer && (pointer.Version == version || pointer.Before.Contains(version));

    /// <summary>Writes down what the gate found of a version.</summary>
    public Task JudgeAsync(string name, string version, GateReport gate, CancellationToken cancel) =>
        _versions.ChangeAsync(BlobPaths.ModelVersion(name, version), record => record with { Gate = gate }, cancel);

    /// <summary>Writes down on which photos a version differed from the live one. What stands there already stays.</summary>
    public Task RecordAsync(string name, ShadowRun run, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(run);
        return _shadows.TryWriteAsync(BlobPaths.ShadowRun(name, run.Version), run, null, cancel);
    }

    /// <summary>The shadow runs of a model's newest versions, the newest first. One that cannot be read: see
    /// <see cref="VersionsAsync"/>.</summary>
    public async Task<IReadOnlyList<ShadowRun>> ShadowRunsAsync(
        string name,
        int count,
        CancellationToken cancel,
        Action<string, JsonException>? unreadable = null
    )
    {
        if (!ModelPin.IsName(name))
            return [];
        var names = new List<string>();
        await foreach (var blob in _models.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.ShadowRuns(name), cancel))
            names.Add(blob.Name);

        // A version begins with its time.
        var newest = names.OrderDescending(StringComparer.Ordinal).Take(count);
        return [.. (await Task.WhenAll(newest.Select(run => _shadows.ReadableAsync(run, unreadable, cancel)))).OfType<ShadowRun>()];
    }

    /// <summary>The versions of a model, oldest first. A record that cannot be read ends the list, or is reported by its path.</summary>
    public async IAsyncEnumerable<ModelVersion> VersionsAsync(
        string name,
        [EnumeratorCancellation] CancellationToken cancel,
        Action<string, JsonException>? unreadable = null
    )
    {
        if (!ModelPin.IsName(name))
            yield break;
        await foreach (var blob in _models.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.ModelVersions(name), cancel))
        {
            // A stray blob there is no version.
            var file = blob.Name[BlobPaths.ModelVersions(name).Length..];
            if (
                file.EndsWith(".json", StringComparison.Ordinal)
                && new ModelPin(name, file[..^".json".Length]).IsValid
                && await _versions.ReadableAsync(blob.Name, unreadable, cancel) is { } version
            )
                yield return version;
        }
    }

    /// <summary>Names of the models that were published.</summary>
    public async IAsyncEnumerable<string> NamesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var item in _models.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancel))
        {
            if (item.IsPrefix)
                yield return item.Prefix.TrimEnd('/');
        }
    }

    private static ModelVersion Same(ModelVersion there, string hash) =>
        there.ManifestSha256 == hash ? there : throw Another(there.Name, there.Version);

    private static RoadSegException Another(string name, string version) =>
        new(
            ErrorCodes.ModelInvalid,
            $"The registry holds another package as '{name}' {version}: versions never change. Pack the model again, under a new version."
        );

    private static void CheckManifest(ModelVersion record, byte[] form)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(form)) != record.ManifestSha256)
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"The manifest of '{record.Name}' {record.Version} is not the one that was published. Publish the model again."
            );
    }

    private static RoadSegException NotFound(string name, string version) =>
        new(
            ErrorCodes.ModelNotFound,
            $"There is no version {version} of a model '{name}'; GET /v1/models lists the models, GET /v1/models/{{name}}/versions their "
                + "versions."
        );

    // Whoever writes the manifest first has the version; files of others would be written over each other's.
    private async Task ClaimAsync(string name, string version, byte[] form, CancellationToken cancel)
    {
        var manifest = _models.GetBlobClient(BlobPaths.ModelFile(name, version, ManifestRules.ManifestFile));
        for (ETag? known = null; ; )
        {
            // The same manifest is written anew: what was begun long ago, and is to be deleted as never finished, is begun again with it.
            var conditions = known is { } etag
                ? new BlobRequestConditions { IfMatch = etag }
                : new BlobRequestConditions { IfNoneMatch = ETag.All };
            try
            {
                await manifest.UploadAsync(BinaryData.FromBytes(form), new BlobUploadOptions { Conditions = conditions }, cancel);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
            {
                var there = await FindAsync(manifest, cancel);
                if (there is not null && !form.AsSpan().SequenceEqual(there.Content.ToMemory().Span))
                    throw Another(name, version);

                // Written anew meanwhile: by this call, whose answer was lost, or by another for the same package.
                if (there is not null && known is not null && there.Details.ETag != known)
                    return;
                known = there?.Details.ETag;
            }
        }
    }

    private static async Task<BlobDownloadResult?> FindAsync(BlobClient blob, CancellationToken cancel)
    {
        try
        {
            return await blob.DownloadContentAsync(cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private Task<byte[]> ReadAsync(string path, CancellationToken cancel) =>
        FromStorageAsync(path, async blob => (await blob.DownloadContentAsync(cancel)).Value.Content.ToArray());

    private Task<Response> DownloadAsync(string path, string file, CancellationToken cancel) =>
        FromStorageAsync(path, blob => blob.DownloadToAsync(file, cancel));

    private async Task<T> FromStorageAsync<T>(string path, Func<BlobClient, Task<T>> read)
    {
        try
        {
            return await read(_models.GetBlobClient(path));
        }
        catch (RequestFailedException e)
        {
            throw e.Status == 404
                ? new RoadSegException(ErrorCodes.ModelNotFound, $"The registry lost the file '{path}'. Publish the model again.", e)
                : new RoadSegException(ErrorCodes.StorageUnavailable, "The model registry's storage did not answer. Try again later.", e);
        }
    }
}
