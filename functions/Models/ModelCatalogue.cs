using System.Collections.Concurrent;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Redaction;
using RoadSeg.Registry;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Models;

/// <summary>The models a caller can ask for: what the app shipped with and what was published.</summary>
internal sealed class ModelCatalogue(LiveModel live, ModelPool pool, ModelRegistry registry, ILogger<ModelCatalogue> log)
{
    private const int ManifestsKept = 256;

    private readonly ConcurrentDictionary<ModelPin, ModelManifest> _manifests = new();

    /// <summary>What the app shipped with.</summary>
    public ModelManifest Bundled => pool.Bundled.Manifest;

    /// <summary>The version that a new job is for.</summary>
    /// <param name="asked"><c>name</c>, <c>name@version</c>, or null for the model that serves.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="RoadSegException">model-not-found, model-invalid or storage-unavailable.</exception>
    public async Task<ModelManifest> PickAsync(string? asked, CancellationToken cancel)
    {
        if (asked is null || asked == Bundled.Name)
        {
            await live.Ready.WaitAsync(cancel);
            return live.Package.Manifest;
        }

        return await ManifestAsync(await PinAsync(asked, cancel), cancel);
    }

    /// <summary>Sees that there is such a model, before a job is made for it.</summary>
    /// <exception cref="RoadSegException">model-not-found.</exception>
    public async Task RequireAsync(string? asked, CancellationToken cancel)
    {
        if (asked is null || asked == Bundled.Name)
            return;
        var pin = await PinAsync(asked, cancel);
        if (!IsBundled(pin) && await registry.FindAsync(pin.Model, pin.Version, cancel) is null)
            throw Unknown(asked);
    }

    /// <summary>Sees that the model knows what is to be obscured, before a job is made for it. Where no manifest can be had yet, the job
    /// finds out.</summary>
    /// <param name="asked">As for <see cref="PickAsync"/>.</param>
    /// <param name="privacy">What the new job asks not to have kept.</param>
    /// <param name="redact">The classes that it names.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="RoadSegException">redaction-unavailable.</exception>
    public async Task RequireClassesAsync(string? asked, JobPrivacy? privacy, IReadOnlyList<string>? redact, CancellationToken cancel)
    {
        if (!privacy.Has(JobPrivacy.Redact))
            return;
        ModelManifest manifest;
        try
        {
            manifest =
                asked is null || asked == Bundled.Name ? live.Package.Manifest : await ManifestAsync(await PinAsync(asked, cancel), cancel);
        }
        catch (RoadSegException)
        {
            return;
        }

        _ = RedactedClasses.Of(manifest.Name, manifest.Labels, redact);
    }

    /// <summary>The manifest of a version.</summary>
    /// <exception cref="RoadSegException">model-not-found, model-invalid or storage-unavailable.</exception>
    public async Task<ModelManifest> ManifestAsync(ModelPin pin, CancellationToken cancel)
    {
        if (IsBundled(pin))
            return Bundled;
        if (_manifests.TryGetValue(pin, out var known))
            return known;
        var manifest = await registry.ManifestAsync(pin.Model, pin.Version, cancel) ?? throw Unknown(pin.ToString());
        if (_manifests.Count >= ManifestsKept)
            _manifests.Clear();
        return _manifests[pin] = manifest;
    }

    /// <summary>A file of a version's package.</summary>
    /// <exception cref="RoadSegException">model-not-found: no such version, or it has no such file; model-invalid or
    /// storage-unavailable.</exception>
    public async Task<byte[]> FileAsync(ModelPin pin, string file, CancellationToken cancel)
    {
        var manifest = await ManifestAsync(pin, cancel);
        return IsBundled(pin) && manifest.Files.ContainsKey(file)
            ? pool.Bundled.ReadFile(file)
            : await registry.ReadFileAsync(manifest, file, cancel);
    }

    /// <summary>The live version of a model; null while it has none.</summary>
    public async Task<string?> LiveVersionAsync(string name, CancellationToken cancel) =>
        (await registry.LiveAsync(name, cancel))?.Value.Version ?? (name == Bundled.Name ? Bundled.Version : null);

    /// <summary>Every model with its live version, or its newest where none is live: what the app shipped with first.</summary>
    public async Task<IReadOnlyList<(ModelManifest Manifest, ModelState State)>> ListAsync(CancellationToken cancel)
    {
        var names = new List<string> { Bundled.Name };
        await foreach (var name in registry.NamesAsync(cancel))
        {
            if (name != Bundled.Name)
                names.Add(name);
        }

        var models = new List<(ModelManifest, ModelState)>();
        foreach (var name in names)
        {
            if (await ShownAsync(name, cancel) is { } model)
                models.Add(model);
        }

        return models;
    }

    // A model whose manifest is gone or changed, or whose records cannot be read, hides no other; what serves is shown by itself.
    private async Task<(ModelManifest Manifest, ModelState State)?> ShownAsync(string name, CancellationToken cancel)
    {
        try
        {
            var version = await LiveVersionAsync(name, cancel);
            return (version ?? await NewestAsync(name, cancel)) is { } shown
                ? (await ManifestAsync(new ModelPin(name, shown), cancel), version is null ? ModelState.Candidate : ModelState.Live)
                : null;
        }
        catch (JsonException e)
        {
            Unreadable(name, e);
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            // Reported to who asks for that very version.
        }

        return name == Bundled.Name ? (live.Package.Manifest, ModelState.Live) : null;
    }

    private void Unreadable(string path, JsonException e) => Log.RecordUnreadable(log, $"{Containers.Models}/{path}", e);

    /// <summary>The versions of a model, newest first.</summary>
    /// <exception cref="RoadSegException">model-not-found.</exception>
    public async Task<ModelVersionList> VersionsAsync(string name, CancellationToken cancel)
    {
        var pointer = (await registry.LiveAsync(name, cancel))?.Value;
        var published = await PublishedAsync(name, cancel);
        if (name == Bundled.Name && published.All(version => version.Version != Bundled.Version))
            published.Add(new ModelVersion(name, Bundled.Version, Bundled.CreatedAt, "", ""));
        if (published.Count == 0)
            throw Unknown(name);
        var standing = pointer ?? new ModelPointer(name == Bundled.Name ? Bundled.Version : "", [], []);
        var items = await Task.WhenAll(
            published
                .OrderByDescending(version => version.PublishedAt)
                .ThenByDescending(version => version.Version, StringComparer.Ordinal)
                .Select(version => ViewAsync(version, standing.StateOf(version.Version), cancel))
        );
        var previous = pointer?.Previous(name == Bundled.Name ? Bundled.Version : null);
        return new ModelVersionList(name, standing.Version.Length == 0 ? null : standing.Version, items, standing.History, previous);
    }

    private async Task<ModelVersionView> ViewAsync(ModelVersion version, ModelState state, CancellationToken cancel)
    {
        var links = new Dictionary<string, string> { ["self"] = $"/v1/models/{version.Name}/versions/{version.Version}" };
        IReadOnlyList<MetricSet> metrics = [];
        try
        {
            var manifest = await ManifestAsync(new ModelPin(version.Name, version.Version), cancel);
            metrics = manifest.Metrics;
            if (manifest.Files.ContainsKey(PackageFiles.Card))
                links["card"] = links["self"] + "/card";
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            // A version whose files are gone or changed is still a version that was published.
        }

        if (state != ModelState.Live)
            links["promote"] = links["self"] + "/promote";
        var shipped = version.PublishedBy.Length == 0;
        return new ModelVersionView(
            version.Name,
            version.Version,
            state,
            shipped ? null : version.PublishedAt,
            shipped ? null : version.PublishedBy,
            version.Training,
            version.Dataset,
            version.Gate,
            metrics,
            links
        );
    }

    private async Task<List<ModelVersion>> PublishedAsync(string name, CancellationToken cancel)
    {
        var published = new List<ModelVersion>();
        await foreach (var version in registry.VersionsAsync(name, cancel, Unreadable))
            published.Add(version);
        return published;
    }

    private async Task<string?> NewestAsync(string name, CancellationToken cancel) =>
        (await PublishedAsync(name, cancel)).MaxBy(version => version.PublishedAt)?.Version;

    private async Task<ModelPin> PinAsync(string asked, CancellationToken cancel)
    {
        var at = asked.IndexOf('@', StringComparison.Ordinal);
        var version = at < 0 ? await LiveVersionAsync(asked, cancel) : asked[(at + 1)..];
        var pin = version is null ? null : new ModelPin(at < 0 ? asked : asked[..at], version);
        return pin is { IsValid: true } ? pin : throw Unknown(asked);
    }

    private bool IsBundled(ModelPin pin) => pin == ModelPin.Of(Bundled);

    private static RoadSegException Unknown(string asked)
    {
        var shown = asked.Length <= 130 && asked.All(c => c is > ' ' and <= '~') ? $"'{asked}'" : "of that name";
        return new RoadSegException(
            ErrorCodes.ModelNotFound,
            $"There is no model {shown} that serves; GET /v1/models lists the models, GET /v1/models/{{name}}/versions their versions. "
                + "Ask as name or name@version."
        );
    }
}
