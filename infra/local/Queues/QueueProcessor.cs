using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Queues;

/// <summary>One message from lock to end: invoked, then deleted, made visible again, or moved to the poison queue.</summary>
/// <param name="poison">Null where a poison queue cannot be: a failed message then stays invisible until its lock ends.</param>
/// <param name="invoke">Runs the function; true on success.</param>
/// <param name="poisoned">Told after a message was moved, so that this host's own listener on the poison queue looks at once.</param>
internal sealed partial class QueueProcessor(
    QueueClient queue, QueueClient? poison, QueueOptions options, Func<QueueMessage, Task<bool>> invoke, TimeProvider clock, ILogger logger,
    Action? poisoned = null)
{
    public static readonly TimeSpan LockDuration = TimeSpan.FromMinutes(10);

    /// <summary>The name of a queue's poison queue, or null if the queue is one itself or the name would be invalid.</summary>
    public static string? PoisonName(string queueName)
    {
        var name = queueName + "-poison";
        return queueName.EndsWith("-poison", StringComparison.Ordinal) || !QueueName().IsMatch(name) || name.Length is < 3 or > 63 ? null : name;
    }

    public async Task ProcessAsync(QueueMessage message)
    {
        try
        {
            if (poison is not null && message.DequeueCount > options.MaxDequeueCount)
            {
                await MoveToPoisonAsync(message, message.PopReceipt);
                return;
            }

            bool succeeded;
            var renewal = new MessageRenewal(queue, message, clock, logger);
            await using (renewal) succeeded = await invoke(message);

            if (succeeded)
                await queue.DeleteMessageAsync(message.MessageId, renewal.PopReceipt);
            else if (poison is null)
                return;
            else if (message.DequeueCount >= options.MaxDequeueCount)
                await MoveToPoisonAsync(message, renewal.PopReceipt);
            else
                await queue.UpdateMessageAsync(message.MessageId, renewal.PopReceipt, visibilityTimeout: options.VisibilityTimeout);
        }
        catch (RequestFailedException error) when (error.Status is 404 or 400)
        {
            // Someone else holds or has finished the message by now.
            LostMessage(logger, message.MessageId, queue.Name, error.ErrorCode ?? "");
        }
        catch (Exception error)
        {
            MessageFailed(logger, message.MessageId, queue.Name, error.Message, error);
        }
    }

    private async Task MoveToPoisonAsync(QueueMessage message, string popReceipt)
    {
        Poisoned(logger, message.MessageId, queue.Name, poison!.Name);
        await poison.CreateIfNotExistsAsync();
        await poison.SendMessageAsync(message.Body);
        poisoned?.Invoke();
        await queue.DeleteMessageAsync(message.MessageId, popReceipt);
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex QueueName();

    [LoggerMessage(EventId = 310, Level = LogLevel.Warning,
        Message = "Message {MessageId} has reached MaxDequeueCount in queue '{Queue}'. Moving it to '{Poison}'.")]
    private static partial void Poisoned(ILogger logger, string messageId, string queue, string poison);

    [LoggerMessage(EventId = 311, Level = LogLevel.Debug, Message = "Message {MessageId} of queue '{Queue}' is no longer ours ({Code}).")]
    private static partial void LostMessage(ILogger logger, string messageId, string queue, string code);

    [LoggerMessage(EventId = 312, Level = LogLevel.Error, Message = "Message {MessageId} of queue '{Queue}' could not be completed: {Error}")]
    private static partial void MessageFailed(ILogger logger, string messageId, string queue, string error, Exception exception);
}
