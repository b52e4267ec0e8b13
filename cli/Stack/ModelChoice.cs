using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Models;

namespace RoadSeg.Cli.Stack;

/// <summary><c>--model</c>: the package that a stack serves, or that a command looks at.</summary>
internal static class ModelChoice
{
    /// <summary>The setting of the service that the flag stands for.</summary>
    private const string Setting = "ROADSEG_MODEL";

    public static readonly Option<string?> Model = new("--model")
    {
        Description =
            "The model to serve: default, open (every input allows commercial use), or the folder of a package such as runs/package. "
            + $"Default: {Setting}, else default.",
        HelpName = "name|folder",
    };

    /// <summary>What the choice sets for the service.</summary>
    public static Dictionary<string, string> Settings(ParseResult parsed) => Settings(parsed.GetValue(Model));

    /// <summary>What a choice sets for the service.</summary>
    /// <param name="named">Name of a package that ships, or a folder; null for what the environment says.</param>
    /// <exception cref="CommandFailedException">No such package.</exception>
    public static Dictionary<string, string> Settings(string? named) =>
        new() { [Setting] = Folder(named ?? Environment.GetEnvironmentVariable(Setting)) };

    /// <summary>Whether a name is that of a package that ships, or leads to a folder.</summary>
    public static bool IsPackage(string named) => Directory.Exists(ShippedModels.FolderOf(Workspace.Models, named));

    /// <summary>The folder of a package.</summary>
    /// <param name="named">Name of a package that ships, or a folder; null or empty for the default.</param>
    /// <exception cref="CommandFailedException">No such package.</exception>
    public static string Folder(string? named)
    {
        var folder = Path.GetFullPath(ShippedModels.FolderOf(Workspace.Models, named));
        return Directory.Exists(folder)
            ? folder
            : throw new CommandFailedException(
                $"There is no model '{named}': name one that ships ({string.Join(", ", ShippedModels.Names(Workspace.Models))}), or the "
                    + "folder of a package."
            );
    }
}
