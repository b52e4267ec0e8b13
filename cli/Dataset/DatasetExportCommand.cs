using System.CommandLine;
using RoadSeg.Cli.Segment;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset export</c>: a curated version in the form of a labelling tool.</summary>
internal static class DatasetExportCommand
{
    private const string Root = "curated";

    public static Command Create()
    {
        var version = new Argument<string>("version")
        {
            Description = $"Folder of a curated version; or a set's name below '{Root}', of which the newest version is taken.",
        };
        var to = new Option<string>("--to")
        {
            Description = $"Form: {ExportFormats.Names}.",
            HelpName = "form",
            Required = true,
        };
        var output = new Option<string?>("--out")
        {
            Description = "Folder to make, or a .zip. Default: NAME-FORM.zip here.",
            HelpName = "path",
        };
        var command = new Command("export", "Writes a curated version as a labelling tool imports it: photos, labels, names, colours.")
        {
            version,
            to,
            output,
        };
        command.SetAction(
            (parsed, cancel) =>
                DatasetRunner.GuardedAsync(() =>
                    RunAsync(parsed.GetRequiredValue(version), parsed.GetRequiredValue(to), parsed.GetValue(output), cancel)
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(string version, string to, string? output, CancellationToken cancel)
    {
        var format = ExportFormats.Find(to);
        var set = CuratedSet.Open(
            Find(version)
                ?? throw new RoadSegException(
                    ErrorCodes.CuratedSetInvalid,
                    $"No curated version lies in '{version}' or in '{Path.Combine(Root, version)}': make one with 'roadseg dataset curate "
                        + "FOLDER'."
                )
        );
        output ??= $"{set.Manifest.Name}-{format.Name}.zip";
        if (output.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            if (Path.Exists(output))
                throw new IOException($"'{output}' exists already: choose another file.");
            await SavedResult.WriteAsync(
                zip =>
                {
                    DatasetExport.ToArchive(set, format, zip, null, cancel);
                    return Task.CompletedTask;
                },
                output
            );
        }
        else
        {
            DatasetExport.ToFolder(set, format, output, null, cancel);
        }

        Console.WriteLine($"Export:  {output} ({set.Manifest.Name} {set.Version})");
        return 0;
    }

    /// <summary>The folder of a curated version that a person named, or the newest one of a set; null where there is none.</summary>
    public static string? Find(string version)
    {
        if (Directory.Exists(version) && CuratedSet.IsIn(version))
            return version;
        foreach (var folder in ((string[])[version, Path.Combine(Root, version)]).Where(Directory.Exists))
        {
            var newest = Directory
                .EnumerateDirectories(folder)
                .Where(CuratedSet.IsIn)
                .MaxBy(found => File.GetLastWriteTimeUtc(Path.Combine(found, CuratedManifest.FileName)));
            if (newest is not null)
                return newest;
        }

        return null;
    }
}
