using System.Text.Json.Serialization;
using RoadSeg.Jobs;
using RoadSeg.Registry;

namespace RoadSeg.Trainings;

/// <summary>Everything known of a training run: the content of <c>trainings/{id}/record.json</c>. Written only by <see cref="TrainingStore"/>.</summary>
public sealed record TrainingRecord
{
    /// <summary>Version of this form; readers accept every older one.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; }

    /// <summary>The run's id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Where the run stands.</summary>
    public required TrainingState State { get; init; }

    /// <summary>Who asked for it: see <see cref="Callers"/>.</summary>
    public required string Caller { get; init; }

    /// <summary>What it learns from, and how.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required TrainingTimes Times { get; init; }

    /// <summary>The message a worker works for, and when that worker last gave a sign of life; null before and after.</summary>
    public JobOwner? Owner { get; init; }

    /// <summary>Workers that took it so far. An older attempt can neither report nor publish.</summary>
    public int Attempt { get; init; }

    /// <summary>Updates in the newest checkpoint that was stored.</summary>
    public long Checkpoint { get; init; }

    /// <summary>Deliveries of the owner's message up to the one that stored that checkpoint. They do not count against the run: it got somewhere.</summary>
    public long FruitfulDeliveries { get; init; }

    /// <summary>How far it is; null before the first update.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>Version that came of it, once it is in the registry.</summary>
    public string? Version { get; init; }

    /// <summary>What the gate found, once it was asked.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public JobFailure? Failure { get; init; }
}

/// <summary>What a run learns from, and how: resolved when it was asked for, so that it does not change under way.</summary>
/// <param name="Dataset">Name of the curated set.</param>
/// <param name="DatasetVersion">Version of it.</param>
/// <param name="Recipe">Name of a recipe of the trainer.</param>
/// <param name="Settings">Fields of the recipe to replace, such as <c>training.epochs</c> to <c>5</c>.</param>
/// <param name="Model">Name of the model to publish a version of.</param>
/// <param name="Init">Weights to start from: <c>live</c> (the model's live version), <c>none</c>, or a version of the model.</param>
/// <param name="Promote">True when the version goes live by itself if the gate lets it.</param>
public sealed record TrainingPlan(
    [property: JsonRequired] string Dataset, [property: JsonRequired] string DatasetVersion, [property: JsonRequired] string Recipe, [property: JsonRequired] IReadOnlyDictionary<string, string> Settings, [property: JsonRequired] string Model, [property: JsonRequired] string Init, bool Promote);

/// <summary>When each state was first entered (UTC); null where it was not.</summary>
public sealed record TrainingTimes
{
    /// <summary>It was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The first worker took it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>A terminal state was entered.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>How far a run is.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">Of how many.</param>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Of how many.</param>
/// <param name="Loss">Mean training loss since the last evaluation; null before the first update.</param>
/// <param name="MeanIoU">Best mean IoU on val so far, 0-1; null before the first evaluation.</param>
/// <param name="PixelAccuracy">Pixel accuracy of that evaluation, 0-1.</param>
/// <param name="RemainingSeconds">At the pace so far; null while that is unknown.</param>
/// <param name="At">When this was true.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Step, long Steps, double? Loss, double? MeanIoU, double? PixelAccuracy, double? RemainingSeconds, DateTimeOffset At);

/// <summary>A message of the training-jobs queue.</summary>
/// <param name="TrainingId">The run. Everything else stands in its record.</param>
public sealed record TrainingMessage(JobId TrainingId);
