using System.Text;
using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Startup;
using Spectre.Console;

namespace RoadSeg.Cli.Dataset;

/// <summary>Runs the commands on a folder or an archive, with a progress bar on a terminal.</summary>
internal static class DatasetRunner
{
    private const int NotUsable = 1;
    private const int Found = 2;

    public static Task<int> CheckAsync(DatasetSource source, string? reportTo, bool strict, CancellationToken cancel) =>
        OnFilesAsync(
            source,
            async (files, spec) =>
            {
                var report = await WithProgressAsync(source, progress =>
                    new DatasetCurator(TimeProvider.System).CheckAsync(files, spec, new DatasetOptions(), reportTo, progress, cancel)
                );
                Show(source, report);
                if (reportTo is not null)
                    Say(source, $"Report: {Path.Combine(reportTo, DatasetCurator.PageFile)}");
                return report.Problem is not null ? NotUsable
                    : strict && report.Faults.Count > 0 ? Found
                    : 0;
            },
            cancel
        );

    public static Task<int> CurateAsync(DatasetSource source, string output, string? export, CancellationToken cancel) =>
        OnFilesAsync(
            source,
            async (files, spec) =>
            {
                var (report, set) = await WithProgressAsync(source, progress =>
                    new DatasetCurator(TimeProvider.System).CurateAsync(files, spec, new DatasetOptions(), output, progress, cancel)
                );
                Show(source, report);
                if (set is null)
                {
                    Say(source, $"Report: {Path.Combine(output, spec.Name, DatasetCurator.FailedFolder, DatasetCurator.PageFile)}");
                    return NotUsable;
                }

                Say(source, $"Curated: {set.Folder}");
                Say(source, $"Report:  {Path.Combine(set.Folder, DatasetCurator.PageFile)}");
                if (export is not null)
                {
                    DatasetExport.ToFolder(set, ExportFormats.Find("huggingface"), export, null, cancel);
                    Say(source, $"Export:  {export}");
                }

                return 0;
            },
            cancel
        );

    public static async Task<int> ReportAsync(DatasetSource source, string reportTo, CancellationToken cancel)
    {
        if (!Directory.Exists(source.Path) || !CuratedSet.IsIn(source.Path))
            return await CheckAsync(source, reportTo, strict: false, cancel);
        return await GuardedAsync(async () =>
        {
            var set = CuratedSet.Open(source.Path);
            Show(source, await ReportOfAsync(set, cancel));
            Say(source, $"Report: {Path.Combine(set.Folder, DatasetCurator.PageFile)}");
            return 0;
        });
    }

    private static async Task<DatasetReport> ReportOfAsync(CuratedSet set, CancellationToken cancel)
    {
        try
        {
            return DatasetReport.FromJson(await File.ReadAllBytesAsync(Path.Combine(set.Folder, DatasetReport.FileName), cancel));
        }
        catch (JsonException e)
        {
            throw new RoadSegException(
                ErrorCodes.CuratedSetInvalid,
                $"{DatasetReport.FileName} cannot be read: {JsonFault.Of(e)} Curate the data set again.",
                e
            );
        }
    }

    /// <summary>Gives the work the files of the set; archives are unpacked beside the temporary files first and removed
    /// afterwards.</summary>
    public static Task<int> OnFilesAsync(
        DatasetSource source,
        Func<LocalFolderFiles, DatasetSpec, Task<int>> work,
        CancellationToken cancel
    ) =>
        GuardedAsync(async () =>
        {
            var unpacked = Directory.CreateTempSubdirectory("roadseg-dataset-");
            try
            {
                var files = await OpenAsync(source.Path, unpacked.FullName, cancel);
                return await work(files, await source.SpecAsync(files.Root, cancel));
            }
            finally
            {
                unpacked.Delete(recursive: true);
            }
        });

    private static async Task<LocalFolderFiles> OpenAsync(string path, string temporary, CancellationToken cancel)
    {
        if (!File.Exists(path))
            return (LocalFolderFiles)
                await ZipUnpacker.ExpandAsync(new LocalFolderFiles(path), Path.Combine(temporary, "set"), new ZipLimits(), cancel);
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            throw new RoadSegException(ErrorCodes.DatasetInvalid, $"'{path}' is a file. Name the folder of the data set, or a zip of it.");
        await using var archive = File.OpenRead(path);
        return new LocalFolderFiles(await ZipUnpacker.UnpackSetAsync(archive, Path.Combine(temporary, "set"), new ZipLimits(), cancel));
    }

    public static async Task<T> WithProgressAsync<T>(DatasetSource source, Func<IProgress<DatasetProgress>?, Task<T>> work)
    {
        if (source.Json || Console.IsOutputRedirected)
            return await work(null);
        return await AnsiConsole
            .Progress()
            .HideCompleted(true)
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RemainingTimeColumn(),
                new SpinnerColumn()
            )
            .StartAsync(context =>
            {
                var task = context.AddTask("listing", autoStart: true).IsIndeterminate();
                return work(
                    new Direct<DatasetProgress>(progress =>
                    {
                        task.Description =
                            progress.Total > 0 ? $"{progress.Stage} {progress.Done:N0} of {progress.Total:N0}" : progress.Stage;
                        if (progress.Total > 0)
                            task.IsIndeterminate(false).MaxValue(progress.Total).Value = progress.Done;
                    })
                );
            });
    }

    public static void Say(DatasetSource source, string line)
    {
        if (!source.Json)
            AnsiConsole.WriteLine(line);
    }

    public static void Show(DatasetSource source, DatasetReport report)
    {
        if (source.Json)
            Console.Out.Write(Encoding.UTF8.GetString(report.ToJson()));
        else
            ReportTable.Write(AnsiConsole.Console, report);
    }

    public static async Task<int> GuardedAsync(Func<Task<int>> work)
    {
        VipsLibrary.Initialize(NativeLibraries.OwnVips);
        try
        {
            return await work();
        }
        catch (Exception e) when (e is RoadSegException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e is RoadSegException known ? $"{known.Code}: {known.Message}" : e.Message);
            return NotUsable;
        }
    }
}
