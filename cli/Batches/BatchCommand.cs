using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
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
        var photos = BatchFolder.Photos(folder);
        if (photos.Count == 0)
            throw new CommandFailedException($"{folder} has no photo: JPEG, PNG, WebP, AVIF, TIFF or HEIC, by the file's ending.");
        var output = parsed.GetValue(Out) ?? Path.TrimEndingDirectorySeparator(folder) + "-results";
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        using var begun = BatchFolder.Open(output);
        var left = photos.Where(name => !begun.IsSent(name)).ToList();
        if (begun.Batch is null)
        {
            await SendAsync(parsed, service, folder, begun, left, cancel);
            var tags = new Dictionary<string, string> { [BatchFolder.Tag] = begun.Key };
            begun.Note((await service.Client.StartBatchAsync(new BatchRequest(Path.GetFileName(folder), Of: tags), begun.Key, cancel)).Id);
        }
        else if (left.Count > 0)
        {
            Screen.Note($"{left.Count} photos came into the folder since and are not of this batch: make another with another --out.");
        }

        var id = begun.Batch!.Value;
        if (parsed.GetValue(Retry) && (await service.Client.GetBatchAsync(id, cancel)) is { FinishedAt: not null, Counts.Failed: > 0 })
            await service.Client.RetryBatchAsync(id, cancel);
        var batch = await BatchProgress.FollowAsync(service.Client, id, archives: false, cancel);
        await FetchAsync(parsed, service, id, output, cancel);
        if (parsed.GetValue(ServiceOptions.Json))
            Screen.Json(batch, BatchJson.Plain.BatchView);
        else
            Console.Out.WriteLine($"{id} {BatchProgress.Line(batch)}; results in {output}");
        return batch is { State: BatchState.Completed, Counts: { Failed: 0, Canceled: 0 } } ? 0 : 1;
    }

    private static async Task SendAsync(
        ParseResult parsed,
        ServiceConnection service,
        string folder,
        BatchFolder begun,
        List<string> names,
        CancellationToken cancel
    )
    {
        var about = parsed.About();
        var tags = new Dictionary<string, string>(about.Tags ?? new Dictionary<string, string>()) { [BatchFolder.Tag] = begun.Key };
        var sent = await Batch.RunAsync(
            names.Count,
            AtOnce,
            async (i, board, stop) =>
            {
                // The same key with the same photo is the same job, also for who is started again.
                var key = begun.Key + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names[i])).AsSpan(0, 16));
                var job = await service.Client.UploadAsync(
                    Path.Combine(folder, names[i]),
                    about with
                    {
                        FileName = names[i],
                        Tags = tags,
                    },
                    key,
                    board.Sent(i),
                    stop
                );
                begun.Note(names[i]);
                return job;
            },
            cancel
        );
        for (var i = 0; i < names.Count; i++)
        {
            if (sent[i].Failure is { } failure)
                Screen.Note($"{names[i]}: {failure.Message}");
        }

        if (sent.Any(static one => one.Failure is not null))
            throw new CommandFailedException("Some photos could not be sent. Start the command again: it sends those that are left.");
    }

    private static async Task FetchAsync(ParseResult parsed, ServiceConnection service, WorkId id, string output, CancellationToken cancel)
    {
        var items = new List<BatchItemView>();
        await foreach (var item in service.Client.ListBatchItemsAsync(id, "succeeded", cancel))
            items.Add(item);
        var names = BatchNames.Of(items);
        var fetched = await Batch.RunAsync(
            items.Count,
            AtOnce,
            async (i, _, stop) =>
            {
                var (to, name) = (Path.Combine(output, Path.GetDirectoryName(names[i]) ?? ""), Path.GetFileName(names[i]));

                // The summary is the last to be saved.
                if (!File.Exists(Path.Combine(to, name + ".summary.json")))
                    await SavedResult.FetchAsync(
                        service.Client,
                        await service.Client.GetAsync(items[i].Job!.Value, stop),
                        to,
                        name,
                        parsed.GetValue(ServiceOptions.MinConfidence),
                        stop
                    );
                return items[i];
            },
            cancel
        );
        foreach (var csv in (bool[])[false, true])
        {
            await using var manifest = await service.Client.OpenBatchManifestAsync(id, csv, cancel);
            await SavedResult.WriteAsync(manifest, Path.Combine(output, csv ? "manifest.csv" : "manifest.jsonl"), cancel);
        }

        var told = 0;
        await foreach (var item in service.Client.ListBatchItemsAsync(id, "failed", cancel))
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
