using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RoadSeg.Batches;
using RoadSeg.Cli.Service;
using RoadSeg.Cli.Stack;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;
using Spectre.Console;

namespace RoadSeg.Cli.Clips;

/// <summary><c>roadseg clip VIDEO</c>: frames of a video, segmented by the engine that serves photos without a service, or by a running
/// service.</summary>
internal static class ClipCommand
{
    private const int MostShown = 8;

    private static readonly Option<double> Every = Number("--every", "Seconds from one frame to the next, 0.1 to 60.", "seconds");
    private static readonly Option<int> Frames = new("--frames")
    {
        Description = $"Frames at most, 1 to {ClipOptions.MostFrames}.",
        HelpName = "number",
        DefaultValueFactory = static _ => new ClipOptions().Frames,
    };
    private static readonly Option<FileInfo> Gpx = new Option<FileInfo>("--gpx")
    {
        Description = "Track of the drive (GPX), from which each frame gets its position and direction.",
        HelpName = "file",
    }.AcceptExistingOnly();
    private static readonly Option<DateTimeOffset?> Start = new("--start")
    {
        Description = "When the video began, such as 2026-03-01T12:00:00Z. Default: as its file says.",
        HelpName = "time",
        CustomParser = Time,
    };
    private static readonly Option<string?> Model = new("--model")
    {
        Description = "The model: default, open, or the folder of a package; with --server one of the service's, as name or name@version.",
        HelpName = "name|folder",
    };
    private static readonly Option<string> Out = new("--out")
    {
        Description = "New folder for the results.",
        HelpName = "folder",
        DefaultValueFactory = static _ => "roadseg-clip",
    };

    public static Command Create()
    {
        var video = new Argument<FileInfo>("video") { Description = "Video (MP4, MOV, WebM, MKV)." }.AcceptExistingOnly();
        Frames.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > ClipOptions.MostFrames)
                result.AddError($"--frames takes a whole number from 1 to {ClipOptions.MostFrames}.");
        });
        var command = new Command(
            "clip",
            "Segments frames of a video and saves frames, masks, a video of the overlays and a timeline of the classes' shares. Needs "
                + "ffmpeg; with --server the service does the work, and has it."
        )
        {
            video,
            Every,
            Frames,
            Gpx,
            Start,
            Model,
            Out,
            ServiceOptions.Tags,
            ServiceOptions.Privacy,
            ServiceOptions.Redact,
            ServiceOptions.Detail,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.Validators.Add(static result =>
        {
            Option[] served = [ServiceOptions.Tags, ServiceOptions.Privacy, ServiceOptions.Redact, ServiceOptions.Detail];
            var alone = result.GetResult(ServiceOptions.Server) is null;
            if (alone && served.FirstOrDefault(one => result.GetResult(one) is not null) is { } only)
                result.AddError($"{only.Name} is for a service's jobs: give --server too.");
        });
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(video), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, FileInfo video, CancellationToken cancel)
    {
        var folder = Path.GetFullPath(parsed.GetRequiredValue(Out));
        var served = parsed.GetValue(ServiceOptions.Server) is not null;
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !(served && ClipUpload.IsBegun(folder)))
            throw new CommandFailedException($"{folder} is not empty. Name a new folder with --out.");
        var options = new ClipOptions { Every = TimeSpan.FromSeconds(parsed.GetValue(Every)), Frames = parsed.GetValue(Frames) };
        try
        {
            var timeline = served
                ? await ServeAsync(parsed, video, folder, options, cancel)
                : await LookAsync(parsed, video, folder, options, cancel);
            if (parsed.GetValue(ServiceOptions.Json))
                Screen.Json(timeline, TimelineJson.Plain.Timeline);
            else
                Show(timeline, folder);
            return timeline.Frames.All(static frame => frame.State == JobStates.Name(JobState.Succeeded)) ? 0 : 1;
        }
        catch (RoadSegException e)
        {
            throw new CommandFailedException($"{e.Code}: {e.Message}", e);
        }
    }

    private static Task<Timeline> LookAsync(
        ParseResult parsed,
        FileInfo video,
        string folder,
        ClipOptions options,
        CancellationToken cancel
    )
    {
        var run = new ClipRun(video.FullName, ModelChoice.Folder(parsed.GetValue(Model)), folder, options);
        return Screen.BusyAsync("segmenting the video", () => run.RunAsync(parsed.GetValue(Gpx)?.FullName, parsed.GetValue(Start), cancel));
    }

    private static async Task<Timeline> ServeAsync(
        ParseResult parsed,
        FileInfo video,
        string folder,
        ClipOptions options,
        CancellationToken cancel
    )
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var about = parsed.About();
        var clip = new ClipRequest(
            FileName: video.Name,
            Every: options.Every.TotalSeconds,
            Frames: options.Frames,
            Start: parsed.GetValue(Start)?.ToString("O", CultureInfo.InvariantCulture)
        );
        var batch = new BatchRequest(
            video.Name,
            Model: parsed.GetValue(Model),
            Tags: about.Tags,
            Privacy: about.Privacy,
            Redact: about.Redact,
            Detail: about.Detail
        );
        return await new ClipUpload(service.Client, folder).RunAsync(video.FullName, parsed.GetValue(Gpx)?.FullName, clip, batch, cancel);
    }

    private static void Show(Timeline timeline, string folder)
    {
        var (clip, frames) = (timeline.Clip, timeline.Frames);
        AnsiConsole.MarkupLineInterpolated(
            $"[bold]{timeline.FileName}[/]  {clip.Width} x {clip.Height}  {timeline.Model} {timeline.ModelVersion}"
        );
        var placed = frames.Count(static frame => frame.Captured?.Position is not null);
        AnsiConsole.MarkupLineInterpolated(
            $"{frames.Count:N0} frames up to {(frames.Count == 0 ? 0 : frames[^1].Seconds):F1} s, {placed:N0} with a position"
        );
        var table = new Table().Border(TableBorder.Simple).AddColumn("class");
        table.AddColumn(new TableColumn("mean share").RightAligned()).AddColumn(new TableColumn("most, at second").RightAligned());
        var done = frames.Where(static frame => frame.Shares is not null).ToList();
        if (done.Count < frames.Count)
            AnsiConsole.MarkupLineInterpolated($"[yellow]{frames.Count - done.Count:N0} frames have no result[/]: the timeline says why.");
        var shares = timeline.Classes.Select(
            (label, i) => (label.Name, Mean: done.Average(frame => frame.Shares![i]), Peak: done.MaxBy(frame => frame.Shares![i])!, Id: i)
        );
        foreach (
            var (name, mean, peak, id) in shares
                .Where(static share => share.Mean > 0)
                .OrderByDescending(static share => share.Mean)
                .Take(MostShown)
        )
            table.AddRow(
                Markup.Escape(name),
                mean.ToString("P1", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{peak.Shares![id]:P1} at {peak.Seconds:F1}")
            );
        AnsiConsole.Write(table);
        foreach (var finding in timeline.Findings)
            AnsiConsole.MarkupLineInterpolated($"[yellow]note[/] {finding.Message}");
        foreach (var (what, name) in ClipRun.Files.Where(file => Path.Exists(Path.Combine(folder, file.Name))))
            AnsiConsole.WriteLine($"{what, -9} {Path.Combine(folder, name)}");
    }

    private static Option<double> Number(string name, string description, string unit)
    {
        var option = new Option<double>(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = static _ => new ClipOptions().Every.TotalSeconds,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= ClipOptions.LeastSeconds and <= ClipOptions.MostSeconds))
                result.AddError($"{name} takes a number of {unit} from {ClipOptions.LeastSeconds} to {ClipOptions.MostSeconds}.");
        });
        return option;
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Rfc3339Time.TryParse(text, out var time))
            return time;
        result.AddError($"'{text}' is no time: write it as 2026-03-01T12:00:00Z or with an offset, 2026-03-01T13:00:00+01:00.");
        return null;
    }
}
