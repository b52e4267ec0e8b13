using RoadSeg.Errors;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>Moves which version of a model is live, whoever asks for it.</summary>
internal sealed class Rollouts(ModelPool pool, ModelRegistry registry, ILogger<Rollouts> log)
{
    /// <summary>Makes a version live.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="version">Version.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="force">Whatever its gate found.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <exception cref="RoadSegException">model-not-found, model-gate-failed or model-invalid.</exception>
    public async Task PromoteAsync(string name, string version, string by, bool force, CancellationToken cancel)
    {
        var bundled = pool.Bundled;

        // What shipped is published when it is needed and not before: as where a rollback leads, or to be promoted itself.
        if (name == bundled.Manifest.Name && version == bundled.Manifest.Version)
            await registry.PublishAsync(bundled, "seed", null, null, cancel);
        if (await registry.FindAsync(name, version, cancel) is not { } record)
            throw new RoadSegException(
                ErrorCodes.ModelNotFound,
                $"There is no such version to promote; GET /v1/models/{{name}}/versions lists them."
            );
        if (record.Gate is { Passed: false } gate && !force)
        {
            var failed = string.Join(", ", gate.Checks.Where(check => !check.Passed).Select(check => check.Name));
            throw new RoadSegException(
                ErrorCodes.ModelGateFailed,
                $"The version did not pass its gate ({failed}). By force it goes live all the same."
            );
        }

        if (name == bundled.Manifest.Name)
            await registry.SeedAsync(bundled, cancel);
        var pointer = await registry.PromoteAsync(name, version, by, cancel);
        Log.ModelMoved(log, name, pointer.Version, by, "promote");
    }

    /// <summary>Makes the version live that was so before the live one.</summary>
    /// <param name="name">Model name.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <param name="from">The version to leave; where another one is live, nothing moves. Null: whichever is live.</param>
    /// <exception cref="RoadSegException">model-not-found, model-no-rollback or model-invalid.</exception>
    public async Task RollBackAsync(string name, string by, CancellationToken cancel, string? from = null)
    {
        var bundled = pool.Bundled;
        string? origin = null;
        if (name == bundled.Manifest.Name)
        {
            if (await registry.LiveAsync(name, cancel) is not { Value: var live })
                throw new RoadSegException(
                    ErrorCodes.ModelNoRollback,
                    $"'{name}' serves what it shipped with: there is nothing to roll back to."
                );

            // A trainer that promoted the first version had nothing to seed the registry with.
            if (live.Before is [] && live.Previous(bundled.Manifest.Version) is not null)
                origin = (await registry.PublishAsync(bundled, "seed", null, null, cancel)).Version;
        }

        if (await registry.RollBackAsync(name, by, cancel, origin, from) is { } pointer)
            Log.ModelMoved(log, name, pointer.Version, by, "rollback");
    }
}
