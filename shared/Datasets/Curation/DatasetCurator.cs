using System.Text.Json;
using RoadSeg.Datasets.Checks;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Reports;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Storage;

namespace RoadSeg.Datasets.Curation;

/// <summary>Checks data sets and makes curated ones. Reads each file once; memory holds a bounded number of images and under a kilobyte of
/// names and hashes a pair.</summary>
/// <param name="time">Stamps reports; nothing else depends on it.</param>
public sealed class DatasetCurator(TimeProvider time)
{
    /// <summary>Every finding, one JSON line each.</summary>
    public const string FaultsFile = "faults.jsonl";

    /// <summary>The report for people.</summary>
    public const string PageFile = "report.html";

    /// <summary>The files of a report.</summary>
    public static IReadOnlyList<string> ReportFiles { get; } = [DatasetReport.FileName, PageFile, FaultsFile];

    /// <summary>Folder beside the versions for the report of a set that could not be used.</summary>
    public const string FailedFolder = "failed";

    /// <summary>Reads the <c>dataset.json</c> of a set, which must give its name.</summary>
    /// <exception cref="RoadSegException">dataset-invalid: missing or malformed; storage-unavailable.</exception>
    public static Task<DatasetSpec> ReadSpecAsync(IDatasetFiles files, CancellationToken cancel) => ReadSpecAsync(files, null, cancel);

    /// <summary>Reads the <c>dataset.json</c> of a set.</summary>
    /// <param name="files">The set.</param>
    /// <param name="defaultName">Name of a set whose file gives none; null: a name must be given.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="RoadSegException">dataset-invalid: missing or malformed; storage-unavailable.</exception>
    public static async Task<DatasetSpec> ReadSpecAsync(IDatasetFiles files, string? defaultName, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(files);
        try
        {
            return DatasetSpecJson.Parse(await files.ReadAsync(DatasetSpec.FileName, DatasetSpecJson.MaxBytes, cancel), defaultName);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.ImageTooManyBytes)
        {
            throw DatasetErrors.Invalid($"dataset.json is too large: at most {DatasetSpecJson.MaxBytes:N0} bytes are read.", e);
        }
        catch (FileNotFoundException e)
        {
            throw DatasetErrors.Invalid(
                "There is no dataset.json: it names the layout of the set, and its arrival says that the set is complete.",
                e
            );
        }
    }

    /// <summary>Checks a set and writes <c>report.json</c>, <c>report.html</c> and <c>faults.jsonl</c>.</summary>
    /// <param name="files">The set.</param>
    /// <param name="spec">Its description.</param>
    /// <param name="options">How to read.</param>
    /// <param name="folder">Where the report goes, made if missing, files of the same names replaced; null to write none.</param>
    /// <param name="progress">Called after each pair; null when nobody listens.</param>
    /// <param name="cancel">Stops between pairs; nothing is written then.</param>
    /// <returns>The report; <see cref="DatasetReport.Problem"/> when the set cannot be used.</returns>
    /// <exception cref="RoadSegException">dataset-invalid: the description does not fit the files; storage-unavailable.</exception>
    public async Task<DatasetReport> CheckAsync(
        IDatasetFiles files,
        DatasetSpec spec,
        DatasetOptions options,
        string? folder,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        if (folder is null)
        {
            using var run = await DatasetRun.OpenAsync(files, spec, options, progress, null, cancel);
            await foreach (var sample in run.ReadAsync(cancel))
                _ = sample;
            return run.Report(time.GetUtcNow());
        }

        using var staging = new StagingFolder(Path.GetFullPath(folder));
        DatasetReport report;
        using (var faults = new FaultFile(staging.Path))
        {
            using var run = await DatasetRun.OpenAsync(files, spec, options, progress, faults.Add, cancel);
            await foreach (var sample in run.ReadAsync(cancel))
                _ = sample;
            report = run.Report(time.GetUtcNow());
            Write(staging.Path, report, run);
        }

        staging.MoveFiles(Path.GetFullPath(folder), ReportFiles);
        return report;
    }

    /// <summary>Checks a set and makes <c>{output}/{name}/{version}</c> of it: all of it appears at once, or nothing.</summary>
    /// <param name="files">The set.</param>
    /// <param name="spec">Its description.</param>
    /// <param name="options">How to read and pack.</param>
    /// <param name="output">Folder of curated sets, made if missing. A version that is there already is left as it is.</param>
    /// <param name="progress">Called after each pair; null when nobody listens.</param>
    /// <param name="cancel">Stops between pairs; nothing is left then.</param>
    /// <param name="remarks">Asked when all was read, for notes that the report begins with; null for none.</param>
    /// <exception cref="RoadSegException">dataset-invalid: the description does not fit the files; storage-unavailable.</exception>
    public async Task<CurationResult> CurateAsync(
        IDatasetFiles files,
        DatasetSpec spec,
        DatasetOptions options,
        string output,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancel,
        Func<CancellationToken, Task<IReadOnlyList<string>>>? remarks = null
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        DatasetSpecJson.Check(spec);
        var parent = Path.Combine(Path.GetFullPath(output), spec.Name);
        using var staging = new StagingFolder(Path.Combine(parent, "new"));
        DatasetReport report;
        string version;
        using (var faults = new FaultFile(staging.Path))
        using (var writer = new CuratedWriter(staging.Path, options.ShardBytes))
        {
            using var run = await DatasetRun.OpenAsync(files, spec, options, progress, faults.Add, cancel);
            await foreach (var sample in run.ReadAsync(cancel))
                writer.Add(sample);
            report = run.Report(time.GetUtcNow());
            if (remarks is not null)
                report = report with { Notes = [.. await remarks(cancel), .. report.Notes] };
            version = "";
            if (report.Problem is null)
            {
                progress?.Report(new DatasetProgress("writing", 0, 0));
                version = CuratedManifest.VersionOf(writer.Finish(run).ToJson());
                report = report with { Version = version };
            }

            Write(staging.Path, report, run);
        }

        if (report.Problem is not null)
        {
            staging.MoveFiles(Path.Combine(parent, FailedFolder), ReportFiles);
            return new CurationResult(report, null);
        }

        var target = Path.Combine(parent, version);
        if (Whole(target) is { } same)
            return new CurationResult(report, same);
        if (Directory.Exists(target))
            VersionCache.Remove(target);
        staging.MoveTo(target);
        return new CurationResult(report, CuratedSet.Open(target));
    }

    private static CuratedSet? Whole(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? CuratedSet.Open(folder) : null;
        }
        catch (RoadSegException)
        {
            return null;
        }
    }

    /// <summary>Writes the report of a set that was refused before any of its files was read: its archive or its description cannot be
    /// used, or it was given up.</summary>
    /// <param name="name">Name of the set.</param>
    /// <param name="reason">Why.</param>
    /// <param name="folder">Where the report goes, made if missing, files of the same names replaced.</param>
    public void Refuse(string name, RoadSegException reason, string folder)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var report = new DatasetReport
        {
            Name = name,
            Layout = "",
            Licence = "",
            CreatedAt = time.GetUtcNow(),
            Problem = new DatasetProblem(reason.Code.Code, reason.Message),
            Files = 0,
            Pairs = 0,
            Usable = 0,
            Target = DatasetSpec.ShippedInput,
            SplitBy = SplitSource.Auto,
            Splits = [],
            Sizes = [],
            Classes = [],
            Values = [],
            Pixels = 0,
            UnknownPixels = 0,
            LabelMapSha256 = "",
            Faults = [],
            Notes = [],
        };
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, DatasetReport.FileName), report.ToJson());
        File.WriteAllBytes(Path.Combine(folder, FaultsFile), []);
        using var page = new StreamWriter(Path.Combine(folder, PageFile));
        HtmlReport.WriteRefusal(page, report);
    }

    private static void Write(string folder, DatasetReport report, DatasetRun run)
    {
        File.WriteAllBytes(Path.Combine(folder, DatasetReport.FileName), report.ToJson());
        using var page = new StreamWriter(Path.Combine(folder, PageFile));
        HtmlReport.Write(page, report, run.Shown.Samples, run.Map.Catalogue);
    }

    private sealed class FaultFile(string folder) : IDisposable
    {
        private readonly FileStream file = new(Path.Combine(folder, FaultsFile), FileMode.CreateNew);

        public void Add(DatasetFault fault)
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(fault, CuratedLineContext.Default.DatasetFault));
            file.WriteByte((byte)'\n');
        }

        public void Dispose() => file.Dispose();
    }
}
