using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Worker;

/// <summary>How the worker of an app folder is started: its <c>worker.config.json</c>, which the Worker SDK's build writes.</summary>
internal sealed record WorkerConfig(string AppFolder, string Executable, string Assembly)
{
    /// <exception cref="HostConfigurationException">The file is missing or not one of an isolated worker.</exception>
    public static WorkerConfig Load(string appFolder)
    {
        var file = Path.Combine(appFolder, "worker.config.json");
        if (!File.Exists(file))
            throw new HostConfigurationException(
                $"'{file}' is missing. Give the build output of an isolated worker (bin/Release/net10.0), not its sources."
            );
        JsonNode? description;
        try
        {
            description = JsonNode.Parse(File.ReadAllText(file))?["description"];
        }
        catch (JsonException error)
        {
            throw new HostConfigurationException($"'{file}' is not valid JSON: {error.Message}", error);
        }
        var executable = description
            ?["defaultExecutablePath"]?.ToString()
            .Replace("{WorkerRoot}", appFolder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        if (executable is null || description?["defaultWorkerPath"]?.ToString() is not { Length: > 0 } assembly)
            throw new HostConfigurationException($"'{file}' has no description.defaultExecutablePath and defaultWorkerPath.");
        var path = Path.Combine(appFolder, assembly);
        if (!File.Exists(path))
            throw new HostConfigurationException($"'{path}', which '{file}' names, is missing. Build the app.");
        return new WorkerConfig(appFolder, executable, path);
    }

    /// <summary>The exact command line, folder and environment of one worker process.</summary>
    public ProcessStartInfo Describe(HostSettings settings, Uri rpc, string workerId)
    {
        var start = new ProcessStartInfo
        {
            WorkingDirectory = AppFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var requestId = Guid.NewGuid().ToString();
        var longest = RpcServer.MaxMessageBytes.ToString(CultureInfo.InvariantCulture);
        // The long forms are what newer workers read, the short ones older workers.
        string[] arguments =
        [
            Executable,
            Assembly,
            "--host",
            rpc.Host,
            "--port",
            rpc.Port.ToString(CultureInfo.InvariantCulture),
            "--workerId",
            workerId,
            "--requestId",
            requestId,
            "--grpcMaxMessageLength",
            longest,
            "--functions-uri",
            rpc.ToString(),
            "--functions-worker-id",
            workerId,
            "--functions-request-id",
            requestId,
            "--functions-grpc-max-message-length",
            longest,
        ];
        // Ctrl+C in a terminal reaches every process of the group; the worker must live until running work is done. setsid becomes
        // the worker (same process id).
        const string setsid = "/usr/bin/setsid";
        start.FileName = File.Exists(setsid) ? setsid : Executable;
        foreach (var argument in arguments.Skip(start.FileName == setsid ? 0 : 1))
            start.ArgumentList.Add(argument);

        start.Environment.Clear();
        foreach (var (name, value) in settings.Environment)
            start.Environment[name] = value;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_WORKER_DIRECTORY"] = AppFolder;
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = AppFolder;
        start.Environment["AzureWebJobsScriptRoot"] = AppFolder;
        return start;
    }
}
