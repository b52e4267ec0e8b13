using System.CommandLine;
using RoadSeg.Batches;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using RoadSeg.Work;
using Spectre.Console;

namespace RoadSeg.Cli.Batches;

/// <summary><c>roadseg batch start | list | show | items | retry | cancel | manifest | archive</c>: batches that the service
/// knows.</summary>
internal static class BatchServiceCommands
{
    private static readonly Option<string?> Prefix = new("--prefix")
    {
        Description = "The photos of the storage container 'batches' whose names begin so.",
        HelpName = "text",
    };

    private static readonly Option<FileInfo> Names = new Option<FileInfo>("--names")
    {
        Description = "Photos of that container, by their names: a text file with one a line.",
        HelpName = "file",
    }.AcceptExistingOnly();

    private static readonly Option<Dictionary<string, string>?> Of = new("--of")
    {
        Description = "Your own jobs that have this tag; given several times, all of them.",
        HelpName = "name:value",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = ServiceOptions.Parsed,
    };

    private static readonly Option<string?> Name = new("--name") { Description = "Your name for the batch.", HelpName = "name" };

    /// <summary>When a webhook is notified before the end.</summary>
    public static readonly Option<double?> WebhookAt = new("--webhook-at")
    {
        Description = "Notify the webhook also when this share of the photos has ended, between 0 and 1.",
        HelpName = "share",
    };

    public static Command Start()
    {
        var command = new Command("start", "Makes a batch of photos that are in storage, or of jobs by their tags; prints its id.")
        {
            Prefix,
            Names,
            Of,
            Name,
            ServiceOptions.Model,
            ServiceOptions.Tags,
            ServiceOptions.Privacy,
            ServiceOptions.Redact,
            ServiceOptions.Detail,
            ServiceOptions.Webhook,
            WebhookAt,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                var about = parsed.About();
                var request = new BatchRequest(
                    parsed.GetValue(Name),
                    parsed.GetValue(Prefix),
                    parsed.GetValue(Names) is { } names
                        ? [.. (await File.ReadAllLinesAsync(names.FullName, cancel)).Where(static line => line.Length > 0)]
                        : null,
                    Of: parsed.GetValue(Of),
                    Model: about.Model,
                    Tags: about.Tags,
                    Privacy: about.Privacy,
                    Webhook: about.Webhook,
                    WebhookAt: parsed.GetValue(WebhookAt),
                    Redact: about.Redact,
                    Detail: about.Detail
                );
                Tell(parsed, await service.Client.StartBatchAsync(request, null, cancel), static batch => $"{batch.Id}");
                return 0;
            }
        );
        return command;
    }

    public static Command List()
    {
        var command = new Command("list", "Lists your batches, newest first.")
        {
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                await foreach (var batch in service.Client.ListBatchesAsync(cancel))
                    Tell(parsed, batch, static view =>
                        $"{view.Id}  {Report.Time(view.CreatedAt)}  {view.Name}  {BatchProgress.Line(view)}"
                    );
                return 0;
            }
        );
        return command;
    }

    public static Command Show() =>
        OfOne("show", "Shows how far a batch is.", static (service, id, cancel) => service.Client.GetBatchAsync(id, cancel));

    public static Command Retry() =>
        OfOne("retry", "Tries the photos again that failed, were canceled or never began.", static (service, id, cancel) =>
            service.Client.RetryBatchAsync(id, cancel)
        );

    public static Command Cancel() =>
        OfOne("cancel", "Cancels a batch; what has ended keeps its results.", static (service, id, cancel) =>
            service.Client.CancelBatchAsync(id, cancel)
        );

    public static Command Items()
    {
        var id = BatchId();
        var state = ServiceOptions.Words("--state", "Only those.", ["waiting", "under-way", "succeeded", "failed", "canceled"]);
        var command = new Command("items", "Lists the photos of a batch: their state, job, name, and what is wrong.")
        {
            id,
            state,
            ServiceOptions.Box,
            ServiceOptions.GeoJson,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                var (batch, wanted) = (parsed.GetRequiredValue(id), parsed.GetValue(state));
                var box = parsed.GetValue(ServiceOptions.Box);
                if (parsed.GetValue(ServiceOptions.GeoJson))
                {
                    var features = await service.Client.ListBatchFeaturesAsync(batch, wanted, box, cancel).ToListAsync(cancel);
                    Screen.Json(new JobFeatures("FeatureCollection", features, null), JobJson.Default.JobFeatures);
                    return 0;
                }

                await foreach (var item in service.Client.ListBatchItemsAsync(batch, wanted, box, cancel))
                {
                    if (parsed.GetValue(ServiceOptions.Json))
                        Screen.Json(item, BatchJson.Plain.BatchItemView);
                    else
                        Console.Out.WriteLine(
                            $"{item.State, -16} {item.Job, -26} {item.Name}{(item.Code is null ? "" : $"  {item.Code}")}"
                        );
                }

                return 0;
            }
        );
        return command;
    }

    public static Command Manifest()
    {
        var id = BatchId();
        var csv = new Option<bool>("--csv") { Description = "CSV with a column a class; default: JSON lines." };
        var command = new Command("manifest", "Prints what became of every photo of a batch.")
        {
            id,
            csv,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                await using var manifest = await service.Client.OpenBatchManifestAsync(
                    parsed.GetRequiredValue(id),
                    parsed.GetValue(csv),
                    cancel
                );
                await using var output = Console.OpenStandardOutput();
                await manifest.CopyToAsync(output, cancel);
                return 0;
            }
        );
        return command;
    }

    public static Command Archive()
    {
        var id = BatchId();
        var results = new Option<string[]>("--results")
        {
            Description = "Which results: mask, color, overlay, confidence, summary, polygons. Default: mask summary.",
            AllowMultipleArgumentsPerToken = true,
        }.AcceptOnlyFromAmong("mask", "color", "overlay", "confidence", "summary", "polygons");
        var output = new Option<string>("--out")
        {
            Description = "Folder for the zips.",
            HelpName = "folder",
            DefaultValueFactory = _ => ".",
        };
        var command = new Command("archive", "Has results of a batch packed into zips of at most 4 GB and fetches them.")
        {
            id,
            results,
            output,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                var batch = parsed.GetRequiredValue(id);
                var wanted = parsed.GetValue(results) is { Length: > 0 } some ? some : null;
                var asked = (await service.Client.MakeBatchArchiveAsync(batch, wanted, cancel)).Archives[^1].Id;
                var made = await BatchProgress.FollowAsync(service.Client, batch, archives: true, cancel);
                var folder = parsed.GetRequiredValue(output);
                Directory.CreateDirectory(folder);
                foreach (var (number, part) in made.Archives.Single(archive => archive.Id == asked).Parts.Index())
                {
                    var path = Path.Combine(folder, $"batch-{batch}-{number + 1}.zip");
                    await SavedResult.WriteAsync(file => service.Client.FetchBatchArchiveAsync(part, file, cancel), path);
                    Console.Out.WriteLine($"{path}  {part.Photos} photos{(part.Missing > 0 ? $", {part.Missing} kept no more" : "")}");
                }

                return 0;
            }
        );
        return command;
    }

    private static Command OfOne(string name, string description, Func<ServiceConnection, WorkId, CancellationToken, Task<BatchView>> call)
    {
        var id = BatchId();
        var command = new Command(name, description) { id, ServiceOptions.Json, ServiceOptions.Server, ServiceOptions.Key };
        command.SetAction(
            async (parsed, cancel) =>
            {
                using var service = await ServiceConnection.OpenAsync(parsed, cancel);
                Tell(parsed, await call(service, parsed.GetRequiredValue(id), cancel), BatchProgress.Line);
                return 0;
            }
        );
        return command;
    }

    private static Argument<WorkId> BatchId()
    {
        var id = ServiceOptions.Id();
        id.Description = "Id of the batch.";
        return id;
    }

    private static void Tell(ParseResult parsed, BatchView batch, Func<BatchView, string> line)
    {
        if (parsed.GetValue(ServiceOptions.Json))
            Screen.Json(batch, BatchJson.Plain.BatchView);
        else
            Console.Out.WriteLine(line(batch));
    }
}
