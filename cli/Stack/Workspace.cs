using RoadSeg.Models;

namespace RoadSeg.Cli.Stack;

/// <summary>Folders of the checkout this program was built in.</summary>
internal static class Workspace
{
    /// <summary>Root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Everything a run leaves behind (storage of `up`, logs); ignored by git.</summary>
    public static string State => Path.Combine(Root, ".roadseg");

    /// <summary>The built web page; absent until it is built.</summary>
    public static string Page => Path.Combine(Root, "functions", "wwwroot");

    /// <summary>The model packages that ship.</summary>
    public static string Models => Path.Combine(Root, "models");

    /// <summary>The one that serves where none is named.</summary>
    public static string DefaultModel => Path.Combine(Models, ShippedModels.Default);

    /// <summary>The bundled photo.</summary>
    public static string SamplePhoto => Path.Combine(Root, "samples", "street.jpg");

    /// <summary>npm packages of infra/packages.</summary>
    public static string NodeModules => Path.Combine(Root, "infra", "packages", "node_modules");

    /// <summary>The built functions app, of the same configuration as this program.</summary>
    public static string App
    {
        get
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            return Path.Combine(Root, "functions", "bin", configuration, "net10.0");
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RoadSeg.Functions.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("This program runs inside a RoadSeg checkout; no RoadSeg.Functions.sln was found above it.");
    }
}
