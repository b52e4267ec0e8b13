using System.Globalization;
using RoadSeg.Capture;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Segment;

/// <summary>What a person sees of a job that ended.</summary>
internal static class Report
{
    public static void Succeeded(IAnsiConsole console, string file, SavedResult result)
    {
        var summary = result.Summary;
        var model = $"{summary.Model.Model} {summary.Model.ModelVersion} on {summary.Model.Provider}";
        console.MarkupLineInterpolated($"[bold]{Path.GetFileName(file)}[/]  {summary.Width} x {summary.Height}  {model}");
        console.Write(Shares(summary));
        console.MarkupLineInterpolated($"[dim]{Stages(result.Job)}[/]");
        console.Write(
            new Grid()
                .AddColumn()
                .AddColumn()
                .AddRow("mask", Markup.Escape(result.Files["mask"]))
                .AddRow("coloured", Markup.Escape(result.Files["color"]))
                .AddRow("overlay", Markup.Escape(result.Files["overlay"]))
        );
    }

    public static void Failed(IAnsiConsole console, string file, JobView job) =>
        console.MarkupLineInterpolated($"[red]{Path.GetFileName(file)}: {job.State.Name()}[/] {Screen.Fault(job)}");

    public static void Job(IAnsiConsole console, JobView job)
    {
        var facts = new Grid().AddColumn().AddColumn();
        Add("id", job.Id.ToString());
        Add("state", Screen.Fault(job) is { } fault ? $"{job.State.Name()}: {fault}" : job.State.Name());
        Add("photo", job.FileName);
        Add("image", job.Image is { } image ? $"{image.Format}, {image.Width} x {image.Height}, {image.Bytes} bytes" : null);
        Add("taken", job.Captured?.Time);
        Add("at", job.Captured?.Position is { } at ? Place(at) : null);
        Add("looking", job.Captured?.Direction is { } way ? Direction(way) : null);
        Add("camera", job.Captured?.Camera is { } camera ? $"{camera.Make} {camera.Model}".Trim() : null);
        Add("privacy", job.Privacy?.Name());
        Add("detail", job.Detail is { } detail ? $"{detail.Name()}, {job.Runs} runs of the model" : null);
        Add(
            "redacted",
            job.Redaction is { } done
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{string.Join(", ", done.Classes)}; {done.Share:P1} of the photo, with a margin of {done.Margin} pixels"
                )
                : null
        );
        Add("tags", job.Tags is { } tags ? string.Join(", ", tags.Select(tag => $"{tag.Key}:{tag.Value}")) : null);
        Add(
            "place",
            job.Queue is { } place
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place.Position}{(place.EstimatedSeconds is { } s ? $", about {s:F0} s" : "")}"
                )
                : null
        );
        Add("upload until", job.UploadExpiresAt is { } until ? Time(until) : null);
        Add("made", Time(job.Times.CreatedAt));
        Add("ended", job.Times.FinishedAt is { } end ? Time(end) : null);
        Add("model", job.Result is { } ran ? $"{ran.Model} {ran.ModelVersion} on {ran.Provider}" : job.Model);
        Add(
            "webhook",
            job.Webhook is { } hook
                ? $"{hook.Url}, {hook.Deliveries.Count} attempts{(hook.DeliveredAt is null ? "" : ", delivered")}"
                : null
        );
        Add("results", job.State == JobState.Succeeded ? string.Join(", ", job.Links.Keys.Where(name => name != "self")) : null);
        console.Write(facts);
        console.MarkupLineInterpolated($"[dim]{Stages(job)}[/]");

        void Add(string name, string? value)
        {
            if (value is not null)
                facts.AddRow(name, Markup.Escape(value));
        }
    }

    private static string Place(CapturedPosition place) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{place.Latitude:0.######}, {place.Longitude:0.######}{(place.Altitude is { } metres ? $", {metres:0.#} m" : "")}"
        );

    private static string Direction(CapturedDirection way) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{way.Degrees:0.#} degrees from {(way.North is { } north ? $"{north} ".ToLowerInvariant() : "")}north"
        );

    public static Table Shares(ResultSummary summary)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumn("")
            .AddColumn("class")
            .AddColumn(new TableColumn("share").RightAligned())
            .AddColumn(new TableColumn("pixels").RightAligned())
            .AddColumn(new TableColumn("confidence").RightAligned())
            .AddColumn("colour");
        foreach (var label in summary.Classes.Where(c => c.Pixels > 0).OrderByDescending(c => c.Pixels))
        {
            table.AddRow(
                $"[on {label.Color}]    [/]",
                Markup.Escape(label.Name),
                label.Share.ToString("P1", CultureInfo.InvariantCulture),
                label.Pixels.ToString("N0", CultureInfo.InvariantCulture),
                label.MeanConfidence?.ToString("F2", CultureInfo.InvariantCulture) ?? "",
                label.Color.ToString()
            );
        }

        if (summary.Unknown is { } unknown)
            table.AddRow(
                "",
                "[dim]unknown[/]",
                unknown.Share.ToString("P1", CultureInfo.InvariantCulture),
                unknown.Pixels.ToString("N0", CultureInfo.InvariantCulture),
                "",
                ""
            );
        return table;
    }

    private static string Stages(JobView job)
    {
        var s = job.Stages;
        (string Name, double? Milliseconds)[] stages =
        [
            ("read", s.Read),
            ("decode+resize", s.Decode),
            ("store", s.Store),
            ("queue", (job.Times.StartedAt - job.Times.QueuedAt)?.TotalMilliseconds),
            ("claim", s.Claim),
            ("fetch", s.Fetch),
            ("wait", s.Wait),
            ("model", s.Infer),
            ("upsample+argmax", s.Upsample),
            ("encode", s.Encode),
            ("commit", s.Commit),
            ("total", (job.Times.FinishedAt - job.Times.CreatedAt)?.TotalMilliseconds),
        ];
        return "ms: "
            + string.Join(
                ", ",
                stages
                    .Where(stage => stage.Milliseconds is not null)
                    .Select(stage => string.Create(CultureInfo.InvariantCulture, $"{stage.Name} {stage.Milliseconds:F1}"))
            );
    }

    /// <summary>A time as tables show it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
