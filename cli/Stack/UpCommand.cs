using System.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace RoadSeg.Cli.Stack;

/// <summary><c>roadseg up</c>: everything running until Ctrl+C, with storage that lasts.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Loopback port of the API.", DefaultValueFactory = _ => 7071 };
        var storage = new Option<int>("--storage-port")
        {
            Description = "Port of the blob service; queues take the next one.",
            DefaultValueFactory = _ => 10000,
        };
        var auth = new Option<bool>("--auth") { Description = "Check function keys, as Azure does." };
        var verbose = new Option<bool>("--verbose") { Description = "Print every log line, not only warnings." };
        var command = new Command("up", "Keeps storage, host and worker running until Ctrl+C.")
        {
            port,
            storage,
            auth,
            ModelChoice.Model,
            verbose,
        };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    new LocalStackOptions
                    {
                        DataFolder = Path.Combine(Workspace.State, "storage"),
                        Port = parsed.GetValue(port),
                        StoragePort = parsed.GetValue(storage),
                        RequireKeys = parsed.GetValue(auth),
                        Settings = ModelChoice.Settings(parsed),
                    },
                    parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Warning,
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(LocalStackOptions options, LogLevel level, CancellationToken cancel)
    {
        using var logs = LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(level).AddSimpleConsole(console => console.SingleLine = true)
        );
        await using var stack = await LocalStack.StartAsync(options with { Logs = logs }, cancel);
        Say("page", Directory.Exists(Workspace.Page) ? $"{stack.Address}" : "not built: ./roadseg up builds it");
        Say("API", $"{stack.Address}v1/jobs");
        Say("health", $"{stack.Address}health/ready");
        Say("storage", stack.ConnectionString);
        Say("data", options.DataFolder ?? "in memory");
        if (stack.KeyFile is { } keys)
            Say("keys", keys);
        AnsiConsole.MarkupLine("[dim]Ctrl+C stops.[/]");
        try
        {
            var reason = await stack.Completion().WaitAsync(cancel);
            AnsiConsole.MarkupLineInterpolated($"[red]The host stopped:[/] {reason}");
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return 0;
        }
    }

    // Each on one line however narrow the window is: a connection string is copied whole.
    private static void Say(string what, string value)
    {
        AnsiConsole.Markup($"[bold]{what}[/]");
        Console.Out.WriteLine($"{new string(' ', 9 - what.Length)}{value}");
    }
}
