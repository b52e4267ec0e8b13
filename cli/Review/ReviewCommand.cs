using System.CommandLine;
using System.Globalization;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Datasets.Exports;
using RoadSeg.Jobs;
using Spectre.Console;

namespace RoadSeg.Cli.Review;

/// <summary><c>roadseg review</c>: the caller's photos that are worth a person's look, and a data set of them.</summary>
internal static class ReviewCommand
{
    private static readonly Option<double?> Below = new("--below")
    {
        Description = "A mean confidence under it lists a photo, 0 to 1. Default 0.8.",
        HelpName = "number",
    };

    private static readonly Option<double?> Above = new("--above")
    {
        Description = "A disagreement of two versions over it lists a photo, 0 to 1. Default 0.1.",
        HelpName = "number",
    };

    private static readonly Option<bool?> Reviewed = new("--reviewed")
    {
        Description = "true: photos whose mask a person has reviewed, in doubt or not; false: only those that nobody has.",
        HelpName = "true|false",
    };

    private static readonly Option<int> Limit = new("--limit")
    {
        Description = "At most so many photos, 1-100.",
        HelpName = "count",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<string> Name = new("--name")
    {
        Description = "Name of the data set.",
        HelpName = "name",
        DefaultValueFactory = _ => "review",
    };

    private static readonly Option<string?> To = new("--to")
    {
        Description = $"Labelling tool, or form, that the zip is for: {ExportFormats.Names}. Default: a data set.",
        HelpName = "form",
    };

    public static Command Create()
    {
        var command = new Command(
            "review",
            "Lists your photos of which the model is unsure, or of which a new version saw something else, newest first."
        )
        {
            Below,
            Above,
            Reviewed,
            Limit,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
            Export(),
            ReviewPutCommand.Create(),
            ReviewDeleteCommand.Create(),
        };
        command.SetAction(ListAsync);
        return command;
    }

    private static Command Export()
    {
        var output = new Argument<string>("file")
        {
            Description = "Zip to write: correct its masks, then drop it, or 'roadseg dataset curate' it; with --to, import it there.",
        };
        var command = new Command(
            "export",
            "Saves the listed photos as a data set, with reviewed masks and otherwise the model's own as first labels."
        )
        {
            output,
            Name,
            To,
            Below,
            Above,
            Reviewed,
            Limit,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                var file = parsed.GetRequiredValue(output);
                await using (
                    var archive = await service.Client.OpenReviewAsync(
                        parsed.GetRequiredValue(Name),
                        parsed.GetValue(Below),
                        parsed.GetValue(Above),
                        parsed.GetValue(Limit),
                        parsed.GetValue(To),
                        parsed.GetValue(Reviewed),
                        cancel
                    )
                )
                    await SavedResult.WriteAsync(archive, file, cancel);

                Screen.Note($"saved {file}");
                return 0;
            }
        );
        return command;
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var page = await service.Client.ListReviewAsync(
            parsed.GetValue(Below),
            parsed.GetValue(Above),
            null,
            parsed.GetValue(Limit),
            parsed.GetValue(Reviewed),
            cancel
        );
        if (parsed.GetValue(ServiceOptions.Json))
        {
            Screen.Json(page, JobJson.Default.ReviewPage);
            return 0;
        }

        var table = new Table()
            .Border(TableBorder.None)
            .AddColumn("id")
            .AddColumn("made")
            .AddColumn("photo")
            .AddColumn("confidence")
            .AddColumn("weakest")
            .AddColumn("disagreement")
            .AddColumn("reviewed");
        foreach (var item in page.Items)
        {
            table.AddRow(
                item.Id.ToString(),
                Report.Time(item.CreatedAt),
                Markup.Escape(item.FileName ?? ""),
                Share(item.Confidence),
                Markup.Escape(item.Weakest ?? ""),
                Share(item.Disagreement),
                item.Reviewed ? "yes" : ""
            );
        }

        if (table.Rows.Count > 0)
            AnsiConsole.Write(table);
        else
            Screen.Note("no photo is listed.");
        return 0;
    }

    private static string Share(double? value) => value?.ToString("P1", CultureInfo.InvariantCulture) ?? "";
}
