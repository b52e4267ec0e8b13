namespace RoadSeg.LocalHost;

/// <summary>The host as a program of its own: Azurite and blob events if asked for, then the host, until a signal or its own end.</summary>
internal static class StandAlone
{
    /// <summary>0 after a signal, 1 if the host or Azurite ended by itself.</summary>
    public static async Task<int> RunAsync(CommandLine line, ILoggerFactory loggers, Task<string> signal, CancellationToken giveUp)
    {
        await using var azurite = line.Azurite is null ? null : await AzuriteProcess.StartAsync(
            new AzuriteOptions { NodeModules = line.NodeModules ?? FindNodeModules(), DataFolder = line.Azurite }, CancellationToken.None);
        await using var events = azurite is null || line.BlobEvents.Count == 0 ? null
            : await BlobEvents.StartAsync(azurite, line.BlobEvents, loggers, cancellation: CancellationToken.None);

        var settings = new Dictionary<string, string>(line.Settings);
        if (azurite is not null) settings.TryAdd("AzureWebJobsStorage", azurite.ConnectionString);
        await using var host = await FunctionsHost.StartAsync(new FunctionsHostOptions
        {
            ScriptRoot = line.ScriptRoot,
            Port = line.Port,
            RequireKeys = line.Auth,
            Strict = line.Strict,
            StateFolder = line.State,
            Settings = settings,
            LoggerFactory = loggers,
        }, CancellationToken.None);
        Console.WriteLine($"Listening on {host.BaseAddress}");
        if (azurite is not null) Console.WriteLine($"AzureWebJobsStorage={azurite.ConnectionString}");
        if (host.KeyFile is { } keys) Console.WriteLine($"Keys are in {keys}");

        var ended = await Task.WhenAny(signal, host.Completion, azurite?.Completion ?? signal);
        var reason = await ended;
        if (ended != signal) Console.Error.WriteLine(reason);
        await host.StopAsync(giveUp);
        return ended == signal ? 0 : 1;
    }

    private static string FindNodeModules()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var place in new[] { "node_modules", Path.Combine("infra", "packages", "node_modules") })
                if (Directory.Exists(Path.Combine(folder.FullName, place, "azurite"))) return Path.Combine(folder.FullName, place);
        }
        throw new AzuriteException("The azurite package was not found. Run npm ci in infra/packages, or give --node-modules.");
    }
}
