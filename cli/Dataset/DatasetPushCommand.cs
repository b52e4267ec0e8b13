using System.CommandLine;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Cli.Service;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Storage;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset push</c>: a set to be checked goes into <c>datasets</c>, a curated one straight into
/// <c>curated</c>.</summary>
internal static class DatasetPushCommand
{
    private const string Variable = "ROADSEG_STORAGE";

    public static async Task<int> RunAsync(
        ParseResult parsed,
        DatasetSource source,
        string? connection,
        string container,
        bool wait,
        CancellationToken cancel
    )
    {
        // Before hours of copying, not after them.
        using var service = wait ? await ServiceConnection.OpenAsync(parsed, cancel) : null;
        if (Directory.Exists(source.Path) && CuratedSet.IsIn(source.Path))
            return await DatasetRunner.GuardedAsync(() => CuratedAsync(source, Account(connection, Containers.Curated, null), cancel));
        return await DatasetRunner.OnFilesAsync(
            source,
            async (files, spec) =>
            {
                var client = Account(connection, container, spec.Name).GetBlobContainerClient(container);
                var sent = await DatasetRunner.WithProgressAsync(source, progress =>
                    new DatasetPush(client).UploadAsync(files.Root, spec, progress, cancel)
                );
                if (service is null)
                {
                    if (source.Json)
                        Console.WriteLine(
                            $$"""{"container":"{{container}}","name":"{{spec.Name}}","files":{{sent.Files}},"drop":"{{sent.Drop}}"}"""
                        );
                    DatasetRunner.Say(source, $"{sent.Files:N0} files sent to {container}/{spec.Name}/.");
                    return 0;
                }

                var ended = await DatasetRunner.WithProgressAsync(source, progress =>
                    service.Client.WaitForDatasetAsync(spec.Name, sent.Drop, null, Steps(progress), cancel)
                );
                DatasetRunner.Show(
                    source,
                    await service.Client.GetDatasetReportAsync(spec.Name, ended.State == DatasetState.Ready ? ended.Version : null, cancel)
                );
                DatasetRunner.Say(
                    source,
                    ended.State == DatasetState.Ready
                        ? $"Curated: version {ended.Version}{(ended.Training is { } run ? $", training run {run} is queued" : "")}."
                        : "The set cannot be used."
                );
                return ended.State == DatasetState.Ready ? 0 : 1;
            },
            cancel
        );
    }

    private static async Task<int> CuratedAsync(DatasetSource source, BlobServiceClient account, CancellationToken cancel)
    {
        var set = CuratedSet.Open(source.Path);

        // Every hash, before anything is stored: in storage a version with a manifest counts as whole.
        foreach (var shard in set.Manifest.Splits.SelectMany(split => split.Shards))
            set.Read(shard);
        try
        {
            var curated = account.GetBlobContainerClient(Containers.Curated);
            await curated.CreateIfNotExistsAsync(cancellationToken: cancel);
            var isNew = await DatasetRunner.WithProgressAsync(source, progress =>
                new CuratedUpload(curated).StoreAsync(set, progress, cancel)
            );
            await new DatasetStore(account, TimeProvider.System).AddVersionAsync(set.Manifest.Name, set.Version, cancel);
            if (source.Json)
                Console.WriteLine(
                    $$"""{"container":"{{Containers.Curated}}","name":"{{set.Manifest.Name}}","version":"{{set.Version}}","new":{{(isNew ? "true" : "false")}}}"""
                );
            DatasetRunner.Say(
                source,
                $"{set.Manifest.Name} {set.Version} {(isNew ? "is stored" : "was stored already")} and can be trained on."
            );
            return 0;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException { InnerException: RequestFailedException })
        {
            throw new RoadSegException(
                ErrorCodes.StorageUnavailable,
                "The storage refused or did not answer. Check the connection string and try again.",
                e
            );
        }
    }

    private static Direct<DatasetView>? Steps(IProgress<DatasetProgress>? progress) =>
        progress is null
            ? null
            : new Direct<DatasetView>(set =>
            {
                if (set.Progress is { } step)
                    progress.Report(step);
            });

    private static BlobServiceClient Account(string? connection, string container, string? name)
    {
        connection ??= Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(connection))
        {
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                $"No storage was named. Give --connection or {Variable}; for a stack of this machine ('roadseg up') that is "
                    + "\"UseDevelopmentStorage=true\" or what it prints. "
                    + (name is null ? "" : $"Any storage tool does the same: copy the folder to {container}/{name}/ and dataset.json last.")
            );
        }

        try
        {
            return new BlobServiceClient(connection);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // The message must not repeat the string: it holds a key.
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                "The connection string cannot be read. Copy it again from the storage account."
            );
        }
    }
}
