using System.CommandLine;
using RoadSeg.Trainer.Training;

namespace RoadSeg.Trainer.Commands;

internal static class AverageCommand
{
    public static Command Create()
    {
        var parts = new Argument<string[]>("checkpoints")
        {
            Description = "Two or more of FILE or SHARE:FILE, checkpoints of runs and packages.",
        };
        var output = new Option<string>("--out") { Description = "File for the average.", Required = true };
        var command = new Command("average", "Average the weights of checkpoints, one of which began as the other.") { parts, output };
        command.SetAction(parsed =>
        {
            WeightAverage.Of(parsed.GetValue(parts)!).Write(parsed.GetValue(output)!);
            Console.WriteLine(parsed.GetValue(output));
        });
        return command;
    }
}
