using Azure.Storage.Blobs;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;

namespace RoadSeg.Cli.Dataset;

/// <summary><c>roadseg dataset push</c>.</summary>
internal static class DatasetPushCommand
{
    private const string Variable = "ROADSEG_STORAGE";

    public static Task<int> RunAsync(DatasetSource source, string? connection, string container, CancellationToken cancel) => DatasetRunner.OnFilesAsync(source, async (files, spec) =>
    {
        connection ??= Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(connection))
        {
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                $"No storage was named. Give --connection or {Variable}; for a stack of this machine ('roadseg up') that is \"UseDevelopmentStorage=true\" or what it prints. "
                + $"Any storage tool does the same: copy the folder to {container}/{spec.Name}/ and dataset.json last.");
        }

        BlobContainerClient client;
        try
        {
            client = new BlobContainerClient(connection, container);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // The message must not repeat the string: it holds a key.
            throw new RoadSegException(ErrorCodes.DatasetInvalid, "The connection string cannot be read. Copy it again from the storage account.");
        }

        var sent = await DatasetRunner.WithProgressAsync(source, progress => new DatasetPush(client).UploadAsync(files.Root, spec, progress, cancel));
        if (source.Json)
            Console.WriteLine($$"""{"container":"{{container}}","name":"{{spec.Name}}","files":{{sent}}}""");
        DatasetRunner.Say(source, $"{sent:N0} files sent to {container}/{spec.Name}/.");
        return 0;
    }, cancel);
}
