using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;
using Spectre.Console;

namespace RoadSeg.Cli.Service;

/// <summary>Results go to standard output; progress and complaints go to standard error, progress only where a person looks at
/// it.</summary>
internal static class Screen
{
    private static readonly IAnsiConsole Error = AnsiConsole.Create(
        new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Error),
            Interactive = Console.IsErrorRedirected ? InteractionSupport.No : InteractionSupport.Detect,
            Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        }
    );

    /// <summary>Runs work of several parts while a bar shows how far each is.</summary>
    public static async Task WatchAsync(int parts, Func<StageBoard, Task> work)
    {
        if (!Error.Profile.Capabilities.Interactive)
        {
            await work(new StageBoard(null, parts));
            return;
        }

        await Error
            .Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ElapsedTimeColumn())
            .StartAsync(progress => work(new StageBoard(progress.AddTask("starting", maxValue: parts), parts)));
    }

    /// <summary>Runs work of one part while a word says what it is.</summary>
    public static Task<T> BusyAsync<T>(string what, Func<Task<T>> work) =>
        Error.Profile.Capabilities.Interactive ? Error.Status().StartAsync(what, _ => work()) : work();

    /// <summary>A line for a person, beside the results.</summary>
    public static void Note(string line) => Console.Error.WriteLine($"roadseg: {line}");

    /// <summary>A JSON document on a line of standard output.</summary>
    public static void Json(JsonNode document) => Console.Out.WriteLine(document.ToJsonString());

    /// <summary>A JSON document on a line of standard output.</summary>
    public static void Json<T>(T value, JsonTypeInfo<T> type) =>
        Console.Out.WriteLine(System.Text.Json.JsonSerializer.Serialize(value, type));

    /// <summary>What is wrong with a job that ended without a result; null for one that has one or goes on.</summary>
    public static string? Fault(JobView job) =>
        job switch
        {
            { Failure: { } failure } => $"{failure.Code}: {failure.Message}",
            { State: JobState.Canceled } => "it was canceled",
            { State: JobState.Expired } => "its photo never came",
            _ => null,
        };

    /// <summary>A job that nothing could be learned of or done about: a JSON line where those are asked for, a line for a person
    /// elsewhere.</summary>
    public static void Failed(ParseResult parsed, WorkId id, Exception failure)
    {
        if (parsed.GetValue(ServiceOptions.Json))
            Json(new JsonObject { ["id"] = id.ToString(), ["error"] = Describe(failure) });
        else
            Note($"{id}: {failure.Message}");
    }

    /// <summary>A failure as a member of a JSON line.</summary>
    public static JsonObject Describe(Exception failure) =>
        failure is RoadSegApiException refused
            ? new JsonObject
            {
                ["code"] = refused.Code,
                ["message"] = refused.Detail,
                ["retryable"] = refused.Retryable,
            }
            : new JsonObject { ["message"] = failure.Message };
}
