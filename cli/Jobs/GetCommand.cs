using System.CommandLine;
using System.Text;
using System.Text.Json;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;
using Spectre.Console;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg get ID [PART]</c>: a job, or a result of it.</summary>
internal static class GetCommand
{
    private static readonly Argument<string> Part = new("part") { Description = "What to get.", DefaultValueFactory = _ => "job" };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "File to save to. Default: standard output.",
        HelpName = "file",
    };

    private static readonly Option<double?> Opacity = new("--opacity")
    {
        Description = "Of an overlay: 0 (photo) to 1 (classes).",
        HelpName = "number",
    };

    private static readonly Option<string> Format = new("--format") { Description = "Of an overlay.", DefaultValueFactory = _ => "jpeg" };

    public static Command Create()
    {
        Part.AcceptOnlyFromAmong("job", "summary", "mask", "color", "overlay", "confidence", "polygons", "review");
        Format.AcceptOnlyFromAmong("jpeg", "webp");
        var id = ServiceOptions.Id();
        var command = new Command(
            "get",
            "Gets a job, or a result of a job that has succeeded: class shares, mask, coloured mask, overlay, confidence, outlines, "
                + "the mask as a person reviewed it."
        )
        {
            id,
            Part,
            Output,
            Opacity,
            Format,
            ServiceOptions.MinConfidence,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(id), cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, WorkId id, CancellationToken cancel)
    {
        var (part, output) = (parsed.GetRequiredValue(Part), parsed.GetValue(Output));
        if (output is null && part is not ("job" or "summary" or "polygons") && !Console.IsOutputRedirected)
            throw new CommandFailedException(
                $"A picture is no text for a terminal: save it with -o, as in './roadseg get {id} {part} -o "
                    + $"{part}.{Extension(parsed, part)}'."
            );
        if (parsed.GetValue(ServiceOptions.MinConfidence) is not null && part is ("job" or "confidence" or "review"))
            throw new CommandFailedException("--min-confidence is for summary, mask, color, overlay and polygons.");
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);

        // People read a table where JSON was not asked for and goes to no file.
        var table = output is null && !parsed.GetValue(ServiceOptions.Json);
        if (part == "job" && table)
            Report.Job(AnsiConsole.Console, await service.Client.GetAsync(id, cancel));
        else if (part == "summary" && table)
            AnsiConsole.Write(
                Report.Shares(await service.Client.GetSummaryAsync(id, parsed.GetValue(ServiceOptions.MinConfidence), cancel))
            );
        else
            await SaveAsync(await OpenAsync(parsed, service.Client, id, part, cancel), output, cancel);
        return 0;
    }

    private static async Task<Stream> OpenAsync(
        ParseResult parsed,
        RoadSegClient client,
        WorkId id,
        string part,
        CancellationToken cancel
    ) =>
        part switch
        {
            "job" => Line(JsonSerializer.Serialize(await client.GetAsync(id, cancel), JobJson.Default.JobView)),
            "summary" => Line(
                JsonSerializer.Serialize(
                    await client.GetSummaryAsync(id, parsed.GetValue(ServiceOptions.MinConfidence), cancel),
                    JobJson.Default.ResultSummary
                )
            ),
            "mask" => await client.OpenMaskAsync(id, parsed.GetValue(ServiceOptions.MinConfidence), cancel),
            "color" => await client.OpenColorAsync(id, parsed.GetValue(ServiceOptions.MinConfidence), cancel),
            "overlay" => await client.OpenOverlayAsync(
                id,
                parsed.GetValue(Opacity),
                parsed.GetValue(Format) == "webp" ? OverlayFormat.WebP : OverlayFormat.Jpeg,
                parsed.GetValue(ServiceOptions.MinConfidence),
                cancel
            ),
            "confidence" => await client.OpenConfidenceAsync(id, cancel),
            "review" => await client.OpenReviewedMaskAsync(id, cancel),
            _ => await client.OpenPolygonsAsync(id, parsed.GetValue(ServiceOptions.MinConfidence), cancel),
        };

    private static async Task SaveAsync(Stream content, string? file, CancellationToken cancel)
    {
        await using (content)
        {
            if (file is null)
            {
                await using var standard = Console.OpenStandardOutput();
                await content.CopyToAsync(standard, cancel);
            }
            else
            {
                await SavedResult.WriteAsync(content, file, cancel);
            }
        }
    }

    private static MemoryStream Line(string json) => new(Encoding.UTF8.GetBytes(json + "\n"));

    private static string Extension(ParseResult parsed, string part) =>
        part != "overlay" ? "png"
        : parsed.GetValue(Format) == "webp" ? "webp"
        : "jpg";
}
