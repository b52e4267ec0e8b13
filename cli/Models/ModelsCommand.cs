using System.CommandLine;
using System.Globalization;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;
using RoadSeg.Startup;
using Spectre.Console;

namespace RoadSeg.Cli.Models;

/// <summary><c>roadseg models</c>: what serves and what may; check, make and publish model packages.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Folder of the package." };
        folder.AcceptExistingOnly();
        var check = new Command(
            "check",
            "Verifies hashes, loads every graph and runs the self-test, as the service does before it serves; and looks for the faults "
                + "that exports have."
        )
        {
            folder,
        };
        check.SetAction(parsed => Guarded(() => Check(parsed.GetRequiredValue(folder).FullName)));

        var source = new Argument<DirectoryInfo>("source")
        {
            Description = "Folder with a graph, a card and a manifest.json without hashes and version.",
        };
        source.AcceptExistingOnly();
        var destination = new Argument<string>("destination") { Description = "Folder to make." };
        var replace = new Option<bool>("--replace") { Description = "Replace an existing destination." };
        var pack = new Command("pack", "Makes a package of a folder: adds version and hashes; makes the golden mask where it is missing.")
        {
            source,
            destination,
            replace,
        };
        pack.SetAction(parsed =>
            Guarded(() => Pack(parsed.GetRequiredValue(source).FullName, parsed.GetRequiredValue(destination), parsed.GetValue(replace)))
        );

        return new Command("models", "Lists, promotes and rolls back the models of a service; checks, makes and publishes model packages.")
        {
            ModelsListCommand.Create(),
            ModelsRolloutCommand.Promote(),
            ModelsRolloutCommand.RollBack(),
            ModelsPushCommand.Create(),
            check,
            pack,
        };
    }

    private static void Check(string folder)
    {
        var package = ModelPackage.Load(folder);
        foreach (var precision in package.Manifest.Graphs.Keys)
        {
            using var engine = SegmentationEngine.Load(package, new EngineOptions { Precision = precision });
            engine.CheckExport();
            var test = engine.SelfTest();
            var agreement = test?.Agreement.ToString("P2", CultureInfo.InvariantCulture) ?? "none";
            var slow = test?.Slow is { } notice ? $"; {notice}" : "";
            AnsiConsole.MarkupLineInterpolated(
                $"{precision}: {package.Manifest.Name} {package.Manifest.Version}, self-test agreement {agreement}{slow}"
            );
        }
    }

    private static void Pack(string source, string destination, bool replace)
    {
        var package = ModelPacker.Pack(source, destination, TimeProvider.System, replace);
        AnsiConsole.MarkupLineInterpolated(
            $"{package.Folder}: {package.Manifest.Name} {package.Manifest.Version}, {package.Manifest.Files.Count} files"
        );
    }

    private static int Guarded(Action action)
    {
        NativeLibraries.Load(NativeLibraries.OwnVips);
        try
        {
            action();
            return 0;
        }
        catch (Exception e) when (e is RoadSegException or IOException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
            return 1;
        }
    }
}
