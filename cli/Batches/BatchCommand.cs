using System.CommandLine;
using RoadSeg.Batches;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Batches;

/// <summary><c>roadseg batch FOLDER</c>: the photos of a folder as one batch, with its results beside them; and what else is done with
/// batches.</summary>
internal static class BatchCommand
{
    private const int AtOnce = 8;
    private const int MostTold = 10;

    private static readonly Option<string?> Out = new("--out")
    {
        Description = "Folder for the results, made if missing. Default: the folder's name with -results.",
        HelpName = "folder",
    };

    private static readonly Option<bool> Retry = new("--retry") { Description = "Try the photos again that failed before." };

    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Folder of photos, with the folders below it." };
        folder.AcceptExistingOnly();
        var command = new Command(
            "batch",
            "Segments the photos of a folder: uploads them, follows, and fetches masks, overlays and a manifest. Interrupted, it goes on "
                + "where it was when it is started again."
        )
        {
            folder,
            Out,
            Retry,
            ServiceOptions.Model,
            ServiceOptions.Tags,
            ServiceOptions.Privacy,
            ServiceOptions.Redact,
            ServiceOptions.Detail,
            ServiceOptions.MinConfidence,
            ServiceOptions.Webhook,
            BatchServiceCommands.WebhookAt,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
            BatchServiceCommands.Start(),
            BatchServiceCommands.List(),
            BatchServiceCommands.Show(),
            BatchServiceCommands.Items(),
            BatchServiceCommands.Retry(),
            BatchServiceCommands.Cancel(),
            BatchServiceCommands.Manifest(),
            BatchServiceCommands.Archive(),
        };
        command.SetAction((parsed, cancel) => RunAsync(parsed, parsed.GetRequiredValue(folder).FullName, cancel));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string folder, CancellationToken cancel)
    {
        var (photos, closed) = FolderPhotos.Of(folder);
        foreach (var one in closed)
            Screen.Note($"{one} The folder is left out.");
        if (photos.Count == 0)
            throw new CommandFailedException($"{folder} has no photo: JPEG, PNG, WebP, AVIF, TIFF or HEIC, by the file's ending.");
        var output = parsed.GetValue(Out) ?? Path.TrimEndingDirectorySeparator(folder) + "-results";
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        using var begun = BatchFolder.Open(output);
        var left = photos.Where(name => !begun.IsSent(name)).ToList();
        int leftOut;
        if (begun.Batch is null)
        {
            var about = parsed.About();
            await DetailCost.SayOfBatchAsync(service.Client, [.. left.Select(name => Path.Combine(folder, name))], about, cancel);
            leftOut = await new BatchSending(service.Client, folder, begun).RunAsync(left, about with { Webhook = null }, cancel);
            if (leftOut == photos.Count)
                throw new CommandFailedException($"No photo of {folder} can be sent.");
            var request = new BatchRequest(
                Path.GetFileName(folder),
                Of: new Dictionary<string, string> { [BatchFolder.Tag] = begun.Key },
                Webhook: about.Webhook,
                WebhookAt: parsed.GetValue(BatchServiceCommands.WebhookAt)
            );
            begun.NoteBatch((await service.Client.StartBatchAsync(request, begun.Key, cancel)).Id);
        }
        else
        {
            leftOut = left.Count(begun.IsLeftOut);
            if (leftOut > 0)
                Screen.Note($"{leftOut} photos could not be sent and are not of this batch: make another with another --out.");
            if (left.Count > leftOut)
                Screen.Note(
                    $"{left.Count - leftOut} photos came into the folder since and are not of this batch: make another with another --out."
                );
        }

        var id = begun.Batch!.Value;
        if (
            parsed.GetValue(Retry)
            && (await service.Client.GetBatchAsync(id, cancel)) is { FinishedAt: not null, Counts: { Failed: > 0 } or { Canceled: > 0 } }
        )
            await service.Client.RetryBatchAsync(id, cancel);
        var batch = await BatchProgress.FollowAsync(service.Client, id, archives: false, cancel);
        await FetchAsync(parsed, service, id, output, cancel);
        if (parsed.GetValue(ServiceOptions.Json))
            Screen.Json(batch, BatchJson.Plain.BatchView);
        else
            Console.Out.WriteLine($"{id} {BatchProgress.Line(batch)}; results in {output}");
        return batch is { State: BatchState.Completed, Counts: { Failed: 0, Canceled: 0 } } && leftOut + closed.Count == 0 ? 0 : 1;
    }

    private static async Task FetchAsync(ParseResult parsed, ServiceConnection service, WorkId id, string output, CancellationToken cancel)
    {
        // Of a hundred thousand photos only what is needed of each. Those that failed have their names too, which a retry then finds.
        var (all, done) = (new List<(int Index, string? Name)>(), new List<(int At, WorkId Job)>());
        await foreach (var item in service.Client.ListBatchItemsAsync(id, cancel: cancel))
        {
            if (item.State == JobStates.Name(JobState.Succeeded))
                done.Add((all.Count, item.Job!.Value));
            all.Add((item.Index, item.Name));
        }

        var names = BatchNames.Of(all);
        var fetched = await Batch.RunAsync(
            done.Count,
            AtOnce,
            async (i, _, stop) =>
            {
                var path = names[done[i].At];
                var (to, name) = (Path.Combine(output, Path.GetDirectoryName(path) ?? ""), Path.GetFileName(path));

                // The summary is the last to be saved.
                if (!File.Exists(Path.Combine(to, name + ".summary.json")))
                    await SavedResult.FetchFilesAsync(
                        service.Client,
                        done[i].Job,
                        to,
                        name,
                        parsed.GetValue(ServiceOptions.MinConfidence),
                        stop
                    );
                return path;
            },
            cancel
        );
        foreach (var csv in (bool[])[false, true])
        {
            await using var manifest = await service.Client.OpenBatchManifestAsync(id, csv, cancel);
            await SavedResult.WriteAsync(manifest, Path.Combine(output, csv ? "manifest.csv" : "manifest.jsonl"), cancel);
        }

        var told = 0;
        await foreach (var item in service.Client.ListBatchItemsAsync(id, "failed", cancel: cancel))
        {
            if (told++ == MostTold)
            {
                Screen.Note("... and more: the manifest has all of them.");
                break;
            }

            Screen.Note($"{item.Name}: {item.Code}: {item.Message}");
        }

        if (fetched.FirstOrDefault(static one => one.Failure is not null).Failure is { } failure)
            throw new CommandFailedException($"Some results could not be fetched ({failure.Message}). Start the command again.");
    }
}
