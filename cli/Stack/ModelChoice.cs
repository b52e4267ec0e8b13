using System.CommandLine;

namespace RoadSeg.Cli.Stack;

/// <summary><c>--model</c>: the package that a stack serves.</summary>
internal static class ModelChoice
{
    public static readonly Option<string?> Model = new("--model")
    {
        Description = "Folder of the model package to serve, such as runs/package. Default: models/default.",
        HelpName = "folder",
    };

    /// <summary>What the choice sets for the service.</summary>
    public static Dictionary<string, string> Settings(ParseResult parsed) =>
        parsed.GetValue(Model) is { } folder ? new() { ["ROADSEG_MODEL"] = Path.GetFullPath(folder) } : [];
}
