using System.Globalization;
using RoadSeg.Cli.Service;
using RoadSeg.Trainings;
using Spectre.Console;

namespace RoadSeg.Cli.Trainings;

/// <summary>A training run on standard output.</summary>
internal static class TrainingReport
{
    public static void Write(TrainingView run, bool json)
    {
        if (json)
        {
            Screen.Json(run, TrainingJson.Default.TrainingView);
            return;
        }

        Console.Out.WriteLine($"{run.Id}  {State(run)}");
        Console.Out.WriteLine(
            $"recipe {run.Plan.Recipe} on data set {run.Plan.Dataset}, version {run.Plan.DatasetVersion}; model {run.Plan.Model}, from "
                + $"{run.Plan.Init}"
        );
        if (run.Progress is not null)
            Console.Out.WriteLine(Progress(run));
        if (run.Waits is { } waits)
            Console.Out.WriteLine(waits.Message);
        if (run.Version is { } version)
            Console.Out.WriteLine($"version {version}");
        if (run.Failure is { } failure)
            Console.Out.WriteLine($"{failure.Code}: {failure.Message}");
        if (run.Gate is not { } gate)
            return;
        var table = new Table().Border(TableBorder.None).AddColumn("gate").AddColumn("").AddColumn("");
        foreach (var check in gate.Checks)
            table.AddRow(Markup.Escape(check.Name), check.Passed ? "passed" : "[red]refused[/]", Markup.Escape(check.Note));
        AnsiConsole.Write(table);
    }

    /// <summary>Where a run stands: one that the gate refused has succeeded in nothing that its user asked for.</summary>
    public static string State(TrainingView run) =>
        run switch
        {
            { State: TrainingState.Succeeded, Gate.Passed: false } => "refused by the gate",
            { Waits: not null } => "waiting",
            _ => run.State.ToString().ToLowerInvariant(),
        };

    /// <summary>State and progress in a line.</summary>
    public static string Progress(TrainingView run)
    {
        if (run.Progress is not { } at)
            return State(run);
        var score = at.MeanIoU is { } iou ? string.Create(CultureInfo.InvariantCulture, $"  mIoU {iou:F3}") : "";
        var left =
            run is { State: TrainingState.Running, Waits: null } && at.RemainingSeconds is { } seconds and >= 1
                ? $"  {Clock(TimeSpan.FromSeconds(seconds))} left"
                : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{State(run)}  epoch {at.Epoch}/{at.Epochs}  step {at.Step}/{at.Steps}  loss {at.Loss:F3}{score}{left}"
        );
    }

    private static string Clock(TimeSpan time) => $"{(int)time.TotalHours:00}:{time:mm\\:ss}";
}
