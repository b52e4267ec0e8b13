using System.Text.Json.Serialization;

namespace RoadSeg.Trainings;

/// <summary>That nobody works on a run which has not ended.</summary>
/// <param name="Since">Since when: it was asked for, or its trainer gave the last sign of life.</param>
/// <param name="Trainers">Trainers that are at work now, on whatever.</param>
/// <param name="Message">What it waits for and what to do, in a sentence.</param>
public sealed record TrainingWait(DateTimeOffset Since, int Trainers, [property: JsonRequired] string Message)
{
    /// <summary>A trainer that has a run says so every two seconds; one that waits for runs, every five.</summary>
    public static TimeSpan Silence { get; } = TimeSpan.FromSeconds(20);

    private const string Start = "no trainer is running. Start one where the storage can be reached: './roadseg work' (docs/training.md)";

    /// <summary>True where no trainer gives signs of life for the run.</summary>
    public static bool Waits(TrainingRecord run, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(run);
        return !run.State.IsTerminal() && (run.Owner is null || now - run.Owner.Since > Silence);
    }

    /// <summary>What a run waits for of which <see cref="Waits"/> is true.</summary>
    public static TrainingWait Of(TrainingRecord run, int trainers)
    {
        ArgumentNullException.ThrowIfNull(run);
        var step = run.Checkpoint > 0 ? $"update {run.Checkpoint:N0}" : "the start";
        var message = (run.Owner, run.Attempt, trainers) switch
        {
            (null, 0, 0) => $"It waits for a trainer, and {Start}.",
            (null, 0, _) => "It waits for a trainer that is free; one is running.",
            (null, _, 0) => $"It waits for a trainer to go on from {step}, and {Start}.",
            (null, _, _) => $"It waits for a trainer that is free to go on from {step}; one is running.",
            (_, _, 0) => $"Its trainer gives no sign of life, and {Start}: it goes on from {step}.",
            _ => $"Its trainer gives no sign of life. Another one takes it up within some minutes, from {step}.",
        };
        return new TrainingWait(run.Owner?.Since ?? run.Times.CreatedAt, trainers, message);
    }
}
