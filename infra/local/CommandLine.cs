using System.CommandLine;

namespace RoadSeg.LocalHost;

/// <summary>The options of the stand-alone host.</summary>
internal sealed record CommandLine(
    string? ScriptRoot,
    int Port,
    bool Auth,
    string? State,
    string? Azurite,
    string? NodeModules,
    int StoragePort,
    string? Plan,
    string? Cors,
    IReadOnlyList<BlobEventSubscription> BlobEvents,
    IReadOnlyDictionary<string, string> Settings
)
{
    /// <summary>The command; <paramref name="run"/> gives its exit code.</summary>
    public static RootCommand Command(Func<CommandLine, Task<int>> run)
    {
        Option<string?> scriptRoot = new("--script-root")
        {
            HelpName = "DIR",
            Description = "build output of an isolated worker: host.json, worker.config.json, assemblies",
        };
        Option<int> port = new("--port")
        {
            HelpName = "N",
            Description = "loopback port; 0 takes a free one",
            DefaultValueFactory = _ => 7071,
        };
        Option<bool> auth = new("--auth") { Description = "check function, host and master keys" };
        Option<string?> state = new("--state") { HelpName = "DIR", Description = "folder of the key file" };
        Option<string[]> env = new("--env")
        {
            HelpName = "NAME=VALUE",
            Description = "app setting; may be repeated, wins over the environment",
        };
        Option<string?> azurite = new("--azurite")
        {
            HelpName = "DIR",
            Description = "start Azurite, data in DIR, as AzureWebJobsStorage; without --script-root only Azurite",
        };
        Option<int> storagePort = new("--storage-port")
        {
            HelpName = "N",
            Description = "port of Azurite's blobs; queues and tables take the next two (default: free ones)",
        };
        Option<string?> nodeModules = new("--node-modules")
        {
            HelpName = "DIR",
            Description = "where the azurite package is (default: looked for upwards from here)",
        };
        Option<string[]> blobEvent = new("--blob-event")
        {
            HelpName = "CONTAINER=QUEUE",
            Description = "send a BlobCreated message to QUEUE for each upload",
        };
        Option<string?> plan = new("--plan")
        {
            HelpName = "FILE",
            Description = "JSON with containers and queues to make and blobEvents to send",
        };
        Option<string?> cors = new("--cors") { HelpName = "ORIGIN,ORIGIN", Description = "let pages of these origins PUT blobs" };
        RootCommand command = new("Runs an isolated worker of Azure Functions on this machine.")
        {
            scriptRoot,
            port,
            auth,
            state,
            env,
            azurite,
            storagePort,
            nodeModules,
            blobEvent,
            plan,
            cors,
        };
        foreach (var pairs in new[] { env, blobEvent })
            pairs.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                    result.AddError($"{pairs.Name} needs LEFT=RIGHT, not '{token.Value}'.");
            });
        command.Validators.Add(result =>
        {
            if (result.GetValue(azurite) is not null)
                return;
            if (result.GetValue(scriptRoot) is null)
                result.AddError("--script-root is missing.");
            Option[] needing = [blobEvent, plan, cors, storagePort];
            if (needing.Any(option => result.GetResult(option) is { Implicit: false }))
                result.AddError("--blob-event, --plan, --cors and --storage-port need --azurite.");
        });
        command.SetAction(parsed =>
            run(
                new CommandLine(
                    parsed.GetValue(scriptRoot),
                    parsed.GetValue(port),
                    parsed.GetValue(auth),
                    parsed.GetValue(state),
                    parsed.GetValue(azurite),
                    parsed.GetValue(nodeModules),
                    parsed.GetValue(storagePort),
                    parsed.GetValue(plan),
                    parsed.GetValue(cors),
                    [.. Pairs(parsed.GetValue(blobEvent)).Select(pair => new BlobEventSubscription(pair.Key, pair.Value))],
                    Pairs(parsed.GetValue(env)).GroupBy(pair => pair.Key).ToDictionary(same => same.Key, same => same.Last().Value)
                )
            )
        );
        return command;
    }

    private static IEnumerable<KeyValuePair<string, string>> Pairs(string[]? texts) =>
        (texts ?? []).Select(text => text.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]));
}
