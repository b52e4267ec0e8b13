using System.Runtime.ExceptionServices;
using RoadSeg.Datasets.Curation;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainings;

namespace RoadSeg.Trainer.Work;

/// <summary>One attempt at a run, from the claimed record to its end: learn, evaluate, publish, judge, promote.</summary>
/// <param name="place">Storage, settings, device.</param>
/// <param name="run">The record as this worker claimed it.</param>
/// <param name="delivery">Deliveries of its message, this one included.</param>
/// <param name="folder">The attempt's own scratch folder.</param>
internal sealed class TrainingAttempt(WorkPlace place, TrainingRecord run, long delivery, string folder)
{
    private const int ReviewedPhotos = 50;

    // The best weights first: a last checkpoint in storage never names a best that is not there.
    private static readonly string[] Checkpoints = [TrainingFiles.Best, TrainingFiles.Last];

    private string By => $"training {run.Id}";

    /// <exception cref="OvertakenException">The run was canceled or is another worker's; its files are left as they are.</exception>
    /// <exception cref="OperationCanceledException">The worker is to end; what was learned is stored.</exception>
    public async Task RunAsync(CancellationToken lost, CancellationToken shutdown)
    {
        var plan = run.Plan;
        AttemptReporter? reporter = null;
        var blobs = new AttemptBlobs(place.Storage.Blobs.GetBlobContainerClient(Containers.Trainings), run.Id, folder, async cancel =>
            await place.Runs.FindAsync(run.Id, cancel) is { } now && reporter!.Owns(now.Value)
        );

        // Checkpoint 1: the files of the attempt before are here, and that attempt is shut out of them. A crash from here on leaves the
        // message, whose lock runs out: the next attempt begins at this place with what storage holds.
        await blobs.TakeOverAsync(run.Attempt, lost);
        using var said = new AttemptLog(Path.Combine(folder, TrainingFiles.Log), place.Output);
        await using var telling = reporter = new AttemptReporter(
            place.Runs,
            run,
            delivery,
            blobs,
            folder,
            place.Options.Report,
            place.Time,
            lost,
            shutdown
        );
        said.WriteLine(
            $"{place.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} run {run.Id}, attempt {run.Attempt}: {plan.Dataset}/{plan.DatasetVersion} by "
                + $"{plan.Recipe} for {plan.Model}"
        );
        try
        {
            var set = await new CuratedCache(
                place.Storage.Blobs.GetBlobContainerClient(Containers.Curated),
                place.Options.Curated
            ).GetAsync(plan.Dataset, plan.DatasetVersion, reporter.Stop);
            VersionCache.Used(set.Folder, place.Time.GetUtcNow());
            var package = run.Attempt > 1 ? await PublishedAsync(said, reporter.Stop) : null;
            if (package is null)
            {
                await LearnAsync(set, blobs, reporter, said);
                await MoveAsync(TrainingState.Evaluating, reporter);
                package = await Task.Run(() => Package(set, reporter, said), CancellationToken.None);
            }
            else
            {
                said.WriteLine($"{package.Manifest.Version} of this run is in the registry already.");
                await MoveAsync(TrainingState.Evaluating, reporter);
            }

            // Checkpoint 3: the package lies on this machine only. A crash before checkpoint 4 makes it anew from the stored weights.
            await MoveAsync(TrainingState.Publishing, reporter);
            await place.Registry.PublishAsync(package, By, run.Id, $"{plan.Dataset}/{plan.DatasetVersion}", reporter.Stop);

            // Checkpoint 4: the version is in the registry and names its run, so that an attempt after a crash finds it and goes on from
            // here.
            await AmendAsync(now => now with { Version = package.Manifest.Version }, reporter);
            said.WriteLine($"Published as {package.Manifest.Name} {package.Manifest.Version}.");
            var gate =
                run.Gate is { } judged && run.Version == package.Manifest.Version ? judged : await JudgeAsync(package, set, reporter, said);
            await AmendAsync(now => now with { Gate = gate }, reporter);

            // Checkpoint 5: judged, and this attempt still owns the run. An attempt after a crash keeps to that judgement, and does not
            // undo what was done about its promotion since. Where another version went live meanwhile, it is that one that must be beaten.
            ModelPointer? live = null;
            while (
                gate.Passed
                && plan.Promote
                && (
                    live = await place.Registry.ReplaceAsync(
                        package.Manifest.Name,
                        package.Manifest.Version,
                        gate.Against,
                        By,
                        reporter.Stop
                    )
                )
                    is null
            )
            {
                said.WriteLine($"Another version than {gate.Against ?? "none"} is live by now: it is judged again.");
                gate = await JudgeAsync(package, set, reporter, said);
                await AmendAsync(now => now with { Gate = gate }, reporter);
            }

            said.WriteLine(
                live is null
                    ? gate.Passed
                        ? "The gate passed it; it stays a candidate, as the run was asked for."
                        : "The gate holds it back: it stays a candidate."
                    : live.Version == package.Manifest.Version
                        ? "The gate passed it: it is live."
                        : $"The gate passed it and it went live; {live.Version} has taken its place since."
            );
            await reporter.TellAsync(reporter.Stop);
            await MoveAsync(TrainingState.Succeeded, reporter);
        }
        catch (OperationCanceledException) when (!reporter.IsOurs)
        {
            throw new OvertakenException();
        }
        catch (Exception e) when (e is not (OvertakenException or OperationCanceledException))
        {
            said.WriteLine(e is TrainerException or Errors.RoadSegException ? e.Message : $"The worker failed: {e.Message}");
            await LastWordsAsync(reporter);
            throw;
        }
    }

    private async Task LearnAsync(CuratedSet set, AttemptBlobs blobs, AttemptReporter reporter, AttemptLog said)
    {
        // A run that was begun keeps the architecture it began with, whatever is live by now.
        var last = Path.Combine(folder, TrainingFiles.Last);
        var start = File.Exists(last) ? null : await InitAsync(reporter.Stop);
        var recipe = TrainingRecipe.Resolve(run.Plan, set, start?.PathOf(PackageFiles.Weights) ?? (File.Exists(last) ? last : null));
        var init = start is null
            ? null
            : TrainingRecipe.WithoutForeignClasses(
                start.PathOf(PackageFiles.Weights),
                start.Manifest.Labels,
                set,
                Path.Combine(folder, "init.safetensors"),
                said.WriteLine
            );
        var files = new LoopFiles(set.Folder, folder, init, Resume: true) { Unlabelled = await PhotosAsync(recipe, said, reporter.Stop) };
        var learning = new TrainingLoop(
            recipe,
            files,
            place.Device,
            new MetricsLog(folder, said, terminal: false, place.Time),
            reporter.Stepped,
            () => Store(blobs, reporter, said)
        );

        // The loop keeps its thread; everything else here waits on storage.
        await Task.Run(() => learning.Run(reporter.Stop), CancellationToken.None);
        reporter.ThrowIfStopped();
        await blobs.StoreAsync(Checkpoints, reporter.Stop);
        await reporter.TellAsync(reporter.Stop);
    }

    // The version that the run starts from labels them, or the live one; a model's first run has its own averaged weights for that.
    private async Task<UnlabelledSources?> PhotosAsync(Recipe recipe, AttemptLog said, CancellationToken cancel)
    {
        if (recipe.Unlabelled.RecentPhotos == 0)
            return null;
        var version = run.Plan.Init is "none" or "live"
            ? (await place.Registry.LiveAsync(run.Plan.Model, cancel))?.Value.Version
            : run.Plan.Init;
        var teacher = version is null ? null : await DownloadAsync(run.Plan.Model, version, cancel);
        var photos = new RecentPhotos(place.Storage, place.Time, recipe.Unlabelled.RecentPhotos).ReadAsync(cancel);
        var sources = await DeploymentPhotos.FetchAsync(photos, teacher, folder, cancel);
        if (sources is null)
            said.WriteLine("The deployment has no photo to learn from without labels: the run goes on without.");
        return sources;
    }

    // Checkpoint 2, again and again: what was learned up to here outlives this worker. An outage is waited out by the next checkpoint; the
    // steps between are then done again after a crash, with the same result.
    private static void Store(AttemptBlobs blobs, AttemptReporter reporter, AttemptLog said)
    {
        if (!reporter.IsOurs)
            return;
        try
        {
            blobs.StoreAsync(Checkpoints, CancellationToken.None).GetAwaiter().GetResult();
            reporter.Stored();
        }
        catch (Exception e) when (e is Azure.RequestFailedException or AggregateException)
        {
            said.WriteLine($"The checkpoint could not be stored ({e.Message.Split('\n')[0]}); the next one will be.");
        }
    }

    private async Task<ModelPackage?> InitAsync(CancellationToken cancel)
    {
        if (run.Plan.Init == "none")
            return null;
        var version = run.Plan.Init == "live" ? (await place.Registry.LiveAsync(run.Plan.Model, cancel))?.Value.Version : run.Plan.Init;
        Check.That(
            version is not null,
            $"The model '{run.Plan.Model}' has no live version to start from: ask for init none, and a recipe that learns from scratch."
        );
        var start = await DownloadAsync(run.Plan.Model, version!, cancel);
        Check.That(
            start.Manifest.Files.ContainsKey(PackageFiles.Weights),
            $"Version {version} of '{run.Plan.Model}' came without {PackageFiles.Weights}: nothing can start from it."
        );
        return start;
    }

    private async Task<ModelPackage> DownloadAsync(string model, string version, CancellationToken cancel)
    {
        var package = await place.Registry.DownloadAsync(model, version, place.Options.Models, cancel);
        VersionCache.Used(package.Folder, place.Time.GetUtcNow());
        return package;
    }

    // What an earlier attempt of this run had published before it died.
    private async Task<ModelPackage?> PublishedAsync(AttemptLog said, CancellationToken cancel)
    {
        await foreach (
            var version in place.Registry.VersionsAsync(run.Plan.Model, cancel, (path, e) =>
                said.WriteLine($"{path} cannot be read and is passed over: {e.Message}")
            )
        )
        {
            if (version.Training == run.Id)
                return await DownloadAsync(version.Name, version.Version, cancel);
        }

        return null;
    }

    private ModelPackage Package(CuratedSet set, AttemptReporter reporter, AttemptLog said)
    {
        var (train, val) = (DataSource.Read(set.Folder, "train"), DataSource.Read(set.Folder, "val"));
        var golden = val.Frames[0];
        var origin =
            run.Plan.Init == "none" ? "Learned from random weights."
            : run.Plan.Init == "live" ? "Began as the version of this model that was live."
            : $"Began as version {run.Plan.Init} of this model.";
        var facts = CardFacts.Of(set, run.Plan.Model, origin);
        var publisher = new PackagePublisher(place.Time, line =>
        {
            reporter.ThrowIfStopped();
            said.WriteLine(line);
        });
        var (best, note) = (Path.Combine(folder, TrainingFiles.Best), $"The picture is frame {golden.Name} of the validation split.");
        return publisher.Publish(best, train, val, golden.Image, note, facts, null, Path.Combine(folder, "package"));
    }

    private async Task<GateReport> JudgeAsync(ModelPackage package, CuratedSet set, AttemptReporter reporter, AttemptLog said)
    {
        // Against what is live now, which may not be what the run started from.
        var against =
            await place.Registry.LiveAsync(package.Manifest.Name, reporter.Stop) is { } pointer
            && pointer.Value.Version != package.Manifest.Version
                ? await DownloadAsync(package.Manifest.Name, pointer.Value.Version, reporter.Stop)
                : null;
        var photos = new RecentPhotos(place.Storage, place.Time, place.Gate.Photos).ReadAsync(reporter.Stop);
        var compared = new List<PhotoDisagreement>();
        var gate = await new Gate(place.Gate, place.Time, reporter.ThrowIfStopped, compared.Add).JudgeAsync(
            package,
            against,
            DataSource.Read(set.Folder, "val"),
            photos
        );
        foreach (var check in gate.Checks)
            said.WriteLine($"gate {(check.Passed ? "passes" : "REFUSES")} {check.Name}: {check.Note}");
        if (against is not null && compared.Count > 0)
        {
            // What people should look at: GET /v1/review lists it.
            var most = compared.OrderByDescending(photo => photo.Share).Take(ReviewedPhotos);
            await place.Registry.RecordAsync(
                package.Manifest.Name,
                new ShadowRun(package.Manifest.Version, against.Manifest.Version, gate.At, [.. most]),
                reporter.Stop
            );
        }

        await place.Registry.JudgeAsync(package.Manifest.Name, package.Manifest.Version, gate, reporter.Stop);
        return gate;
    }

    private async Task MoveAsync(TrainingState to, AttemptReporter reporter)
    {
        reporter.ThrowIfStopped();
        var moved = await place.Runs.TryMoveAsync(run.Id, to, now => reporter.Owns(now) ? now : null, reporter.Stop);
        if (!moved.Done)
            throw new OvertakenException();
    }

    private async Task AmendAsync(Func<TrainingRecord, TrainingRecord> change, AttemptReporter reporter)
    {
        reporter.ThrowIfStopped();
        var amended = await place.Runs.AmendAsync(run.Id, now => reporter.Owns(now) ? change(now) : null, reporter.Stop);
        if (!amended.Done)
            throw new OvertakenException();
    }

    // The log is worth most when something went wrong; that it cannot be stored must not hide what did.
    private static async Task LastWordsAsync(AttemptReporter reporter)
    {
        try
        {
            await reporter.TellAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is OvertakenException or Azure.RequestFailedException or AggregateException)
        {
            _ = ExceptionDispatchInfo.Capture(e);
        }
    }
}
