using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace RoadSeg.TestWorker;

public static partial class TriggeredFunctions
{
    /// <summary>The text says what to do: <c>throw</c>, <c>exit</c>, <c>hang NAME</c> (until the test makes a file of that name); others are done at once.</summary>
    [Function("Work")]
    public static async Task Work([QueueTrigger("%WORK_QUEUE%")] QueueMessage message, FunctionContext context, CancellationToken cancellation)
    {
        var text = message.Body.ToString();
        Record.Write("Work", "started", text, message.DequeueCount);
        WorkLogged(context.GetLogger("Work"), text);
        if (text == "throw") throw new InvalidOperationException("The work failed.");
        if (text == "exit") Environment.Exit(3);
        try
        {
            if (text.StartsWith("hang ", StringComparison.Ordinal)) await Record.FileAsync(text[5..], cancellation);
        }
        catch (OperationCanceledException)
        {
            Record.Write("Work", "canceled", text, message.DequeueCount);
            throw;
        }
        Record.Write("Work", "ended", text, message.DequeueCount);
    }

    [Function("Text")]
    public static void Text([QueueTrigger("%TEXT_QUEUE%")] string text, long dequeueCount) => Record.Write("Text", "ended", text, dequeueCount);

    [Function("Tick")]
    public static void Tick([TimerTrigger("%TICK%")] TimerInfo timer) => Record.Write("Tick", "ended", $"{timer.IsPastDue} {timer.ScheduleStatus?.Next:O}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Working on {Text}")]
    private static partial void WorkLogged(ILogger logger, string text);
}
