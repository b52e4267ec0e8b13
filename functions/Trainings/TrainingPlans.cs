using System.Text.Json;
using System.Text.RegularExpressions;
using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Trainings;
using RoadSeg.Trainings.Recipes;
using RoadSeg.Work;

namespace RoadSeg.Functions.Trainings;

/// <summary>Makes plans of training requests, fills in what was left out and refuses what no trainer could take, and queues runs. One place
/// for
/// <c>POST /v1/trainings</c> and for <c>train</c> in <c>dataset.json</c>.</summary>
internal sealed partial class TrainingPlans(DatasetStore datasets, TrainingStore runs, ModelRegistry registry, LiveModel live)
{
    private const int MaxSettings = 32;
    private const int MaxValue = 200;

    private static readonly Dictionary<string, string> None = [];

    /// <summary>Reads a request.</summary>
    /// <exception cref="RoadSegException">request-invalid: it is none, or has a member that is not known.</exception>
    public static TrainingRequest Read(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8Json, TrainingJson.Default.TrainingRequest) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw Invalid(
                "A training request is a JSON object with dataset, version, recipe, settings (texts by name), model, init and promote; "
                    + "all but the dataset may be left out. "
                    + $"This one breaks that form: {JsonFault.Of(e)}",
                e
            );
        }
    }

    /// <summary>The plan of a request.</summary>
    /// <exception cref="RoadSegException">request-invalid; training-invalid; dataset-not-found; model-not-found.</exception>
    public async Task<TrainingPlan> ResolveAsync(TrainingRequest request, CancellationToken cancel)
    {
        await CheckAsync(request, cancel);
        if (request.Dataset is not { } name)
            throw Invalid("Name the data set to learn from as 'dataset'; GET /v1/datasets lists them.");
        var set = DatasetSpecJson.IsName(name) ? (await datasets.FindAsync(name, cancel))?.Value : null;
        var version = request.Version ?? set?.Version;
        if (set is null || version is null || !set.Versions.Contains(version, StringComparer.Ordinal))
        {
            throw new RoadSegException(
                ErrorCodes.DatasetNotFound,
                set is null
                    ? "There is no data set of this name; GET /v1/datasets lists them."
                    : $"The data set '{name}' has no {(request.Version is null ? "usable version yet" : "such version")}; GET "
                        + $"/v1/datasets/{name} lists those that it has."
            );
        }

        return Plan(request, name, version);
    }

    /// <summary>The plan of a checked request for a version that is known to be there.</summary>
    public TrainingPlan Plan(TrainingRequest request, string dataset, string version) =>
        new(
            dataset,
            version,
            request.Recipe,
            request.Settings ?? new Dictionary<string, string>(),
            request.Model ?? live.Package.Manifest.Name,
            request.Init,
            request.Promote ?? true
        );

    /// <summary>Input of the version that runs start from and are compared with, and that version.</summary>
    public async Task<(PreprocessSpec Size, ModelPin Model)> LiveInputAsync(CancellationToken cancel)
    {
        var shipped = live.Package.Manifest;
        var manifest = (await registry.LiveAsync(shipped.Name, cancel))?.Value is { Version: { } version }
            ? await registry.ManifestAsync(shipped.Name, version, cancel) ?? shipped
            : shipped;
        return (manifest.Preprocess, new ModelPin(manifest.Name, manifest.Version));
    }

    /// <summary>Queues a run. Doing it again with the same id changes nothing.</summary>
    public async Task<Stored<TrainingRecord>> QueueAsync(WorkId id, TrainingPlan plan, string caller, CancellationToken cancel)
    {
        // The worker starts from the live version and compares with it: what the app shipped with must be one.
        await registry.SeedAsync(live.Package, cancel);
        return await runs.CreateAsync(id, plan, caller, cancel);
    }

    /// <summary>Holds a request against the rules, apart from its data set.</summary>
    /// <exception cref="RoadSegException">request-invalid; training-invalid: no such recipe or setting; model-not-found.</exception>
    public async Task CheckAsync(TrainingRequest request, CancellationToken cancel)
    {
        if (request.Init is not ("live" or "none") && !Version().IsMatch(request.Init))
            throw Invalid("'init' is live, none, or a version of the model.");
        if (request.Settings is { } settings)
        {
            if (settings.Count > MaxSettings)
                throw Invalid($"'settings' has {settings.Count} entries; at most {MaxSettings} are taken.");
            foreach (var (field, value) in settings)
            {
                if (!Field().IsMatch(field))
                    throw Invalid(
                        "The names in 'settings' are fields of a recipe, such as training.epochs: letters and digits with dots between, "
                            + "at most 64."
                    );
                if (value is not { Length: > 0 and <= MaxValue } || value.Any(char.IsControl))
                    throw Invalid($"The setting {field} is a text of 1 to {MaxValue} characters, such as \"5\".");
            }
        }

        try
        {
            Recipe.Named(request.Recipe, (request.Settings ?? None).Select(static setting => $"{setting.Key}={setting.Value}"));
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.TrainingInvalid)
        {
            throw new RoadSegException(
                ErrorCodes.TrainingInvalid,
                $"No trainer could take this 'recipe' with these 'settings'. {e.Message}",
                e
            );
        }

        if (request.Model is { } model && model != live.Package.Manifest.Name)
            throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                "This service serves no model of that name; GET /v1/models lists what it serves. Leave 'model' out to train the one that "
                    + "serves."
            );
        if (
            request.Init is not ("live" or "none")
            && request.Init != live.Package.Manifest.Version
            && !await registry.IsPublishedAsync(live.Package.Manifest.Name, request.Init, cancel)
        )
            throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                $"The model has no version '{request.Init}' for 'init' to start from; GET /v1/models/{live.Package.Manifest.Name} lists "
                    + "those that it has. Or write live, or none."
            );
    }

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.RequestInvalid, message, inner);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    [GeneratedRegex("^(?=.{1,64}\\z)[A-Za-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Field();
}
