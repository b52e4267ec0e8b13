using System.Security.Cryptography;
using System.Text;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Handler;
using RoadSeg.LocalHost.Http;
using RoadSeg.LocalHost.Invocation;
using RoadSeg.LocalHost.Queues;
using RoadSeg.LocalHost.Storage;
using RoadSeg.LocalHost.Timers;

namespace RoadSeg.LocalHost;

/// <summary>The parts of a host, wired once.</summary>
internal sealed record HostParts(
    FunctionFolder Folder, HostJsonOptions HostOptions, CustomHandlerOptions HandlerOptions, HandlerSupervisor Handler,
    JsonInvocation Json, FunctionListeners Listeners, HttpFront Front, string? KeyFile)
{
    public static async Task<HostParts> BuildAsync(
        FunctionsHostOptions options, Action<string> stopHost, CancellationToken stopping, CancellationToken cancellation)
    {
        var settings = HostSettings.Load(options.ScriptRoot, options.Settings);
        var host = HostJsonOptions.Load(settings);
        var handlerOptions = CustomHandlerOptions.Load(settings, options.ScriptRoot, options.Strict);
        var folder = new FunctionFolder(settings, host).Read(options.ScriptRoot);

        var clock = options.TimeProvider;
        var random = new Random(options.Seed ?? (int)clock.GetTimestamp());
        var storage = new StorageConnections(settings);
        var wakeUps = new QueueWakeUps();
        var handler = new HandlerSupervisor(handlerOptions, settings, options.ScriptRoot, clock, options.LoggerFactory, stopHost);
        var executor = new FunctionExecutor(handler, host.FunctionTimeout, options.TimeoutGracePeriod, clock, random, options.LoggerFactory);
        var queueOutput = new QueueOutput(wakeUps, host.Queues.Base64, options.Strict);
        var json = new JsonInvocation(handler.Port, handlerOptions, host.FunctionTimeout, storage, queueOutput, options);
        var hostId = HostId(settings, options.ScriptRoot);
        var listeners = new FunctionListeners(folder, host.Queues, storage, wakeUps, executor, json, hostId, options, random, stopping);

        var keys = options.RequireKeys
            ? FunctionKeys.Load(options.StateFolder ?? Path.Combine(Path.GetTempPath(), "roadseg-localhost", hostId), folder.Functions) : null;
        var admin = new AdminApi(folder.Functions, folder.Errors, listeners.RunByHand);
        var front = await HttpFront.StartAsync(options, host, handlerOptions, folder, keys, admin, executor, json, handler.Port, stopping, cancellation);
        return new HostParts(folder, host, handlerOptions, handler, json, listeners, front, keys?.File);
    }

    // Names timer states and the key folder: the same app folder on the same machine finds them again.
    private static string HostId(HostSettings settings, string scriptRoot)
    {
        const int longest = 32;
        if (settings.Get("AzureFunctionsWebHost__hostid") is { Length: > 0 } given) return given;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scriptRoot)))[..8];
        var machine = new string(Environment.MachineName.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(longest - 9).ToArray());
        return $"{(machine.Length == 0 ? "local" : machine)}-{hash}";
    }
}
