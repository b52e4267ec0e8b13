using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost;

/// <summary>The host as a program of its own: Azurite and blob events if asked for, then the host, until a signal or its own end.</summary>
internal static class StandAlone
{
    /// <summary>0 after a signal, 1 if the host or Azurite ended by itself.</summary>
    public static async Task<int> RunAsync(CommandLine line, ILoggerFactory loggers, Task<string> signal, CancellationToken giveUp)
    {
        await using var azurite = line.Azurite is null ? null : await AzuriteProcess.StartAsync(Storage(line), CancellationToken.None);
        var plan = line.Plan is null ? new StoragePlan() : StoragePlan.Read(line.Plan);
        if (azurite is not null)
            await plan.ApplyAsync(azurite.ConnectionString, line.Cors);
        BlobEventSubscription[] subscriptions = [.. line.BlobEvents, .. plan.Subscriptions];
        await using var events =
            azurite is null || subscriptions.Length == 0
                ? null
                : await BlobEvents.StartAsync(azurite, subscriptions, loggers, cancellation: CancellationToken.None);
        if (azurite is not null)
            Console.WriteLine($"AzureWebJobsStorage={azurite.ConnectionString}");
        await using var host = line.ScriptRoot is null ? null : await HostAsync(line, azurite, loggers);

        var ended = await Task.WhenAny(signal, host?.Completion ?? signal, azurite?.Completion ?? signal);
        var reason = await ended;
        if (ended != signal)
            Console.Error.WriteLine(reason);
        if (host is not null)
            await host.StopAsync(giveUp);
        return ended == signal ? 0 : 1;
    }

    private static AzuriteOptions Storage(CommandLine line) =>
        new()
        {
            NodeModules = line.NodeModules ?? FindNodeModules(),
            DataFolder = line.Azurite,
            BlobPort = line.StoragePort,
            QueuePort = line.StoragePort == 0 ? 0 : line.StoragePort + 1,
            TablePort = line.StoragePort == 0 ? 0 : line.StoragePort + 2,
        };

    private static async Task<FunctionsHost> HostAsync(CommandLine line, AzuriteProcess? azurite, ILoggerFactory loggers)
    {
        var settings = new Dictionary<string, string>(line.Settings);
        if (azurite is not null)
            settings.TryAdd("AzureWebJobsStorage", azurite.ConnectionString);
        var host = await FunctionsHost.StartAsync(
            new FunctionsHostOptions
            {
                ScriptRoot = line.ScriptRoot!,
                Port = line.Port,
                RequireKeys = line.Auth,
                StateFolder = line.State,
                Settings = settings,
                LoggerFactory = loggers,
            },
            CancellationToken.None
        );
        Console.WriteLine($"Listening on {host.BaseAddress}");
        if (host.KeyFile is { } keys)
            Console.WriteLine($"Keys are in {keys}");
        return host;
    }

    private static string FindNodeModules()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var place in new[] { "node_modules", Path.Combine("infra", "packages", "node_modules") })
                if (Directory.Exists(Path.Combine(folder.FullName, place, "azurite")))
                    return Path.Combine(folder.FullName, place);
        }
        throw new AzuriteException("The azurite package was not found. Run npm ci in infra/packages, or give --node-modules.");
    }
}
