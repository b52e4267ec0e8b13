using System.Text;
using Azure.Storage.Queues.Models;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Queues;

/// <summary>What a queue message brings to an invocation.</summary>
internal static class QueueTrigger
{
    /// <exception cref="FormatException">The message is not base64 although messageEncoding says so.</exception>
    public static TriggerInput Read(QueueMessage message, BindingDefinition trigger, bool base64, TimeProvider clock)
    {
        var body = QueueEncoding.Decode(message.Body.ToString(), base64);
        object value = trigger.DataType == BindingDataType.Binary ? body : Encoding.UTF8.GetString(body);
        return new TriggerInput(value, Data(value as string, message, clock));
    }

    /// <summary>A message that never was in a queue: text given to <c>POST /admin/functions/Name</c>.</summary>
    public static TriggerInput FromText(string text, BindingDefinition trigger, TimeProvider clock)
    {
        object value = trigger.DataType == BindingDataType.Binary ? Encoding.UTF8.GetBytes(text) : text;
        var message = QueuesModelFactory.QueueMessage(Guid.NewGuid().ToString(), Guid.NewGuid().ToString("N"), new BinaryData(text), dequeueCount: 0);
        return new TriggerInput(value, Data(text, message, clock));
    }

    private static BindingData Data(string? text, QueueMessage message, TimeProvider clock) => new()
    {
        ["QueueTrigger"] = text,
        ["DequeueCount"] = message.DequeueCount,
        ["ExpirationTime"] = message.ExpiresOn ?? DateTimeOffset.MaxValue,
        ["Id"] = message.MessageId,
        ["InsertionTime"] = message.InsertedOn ?? clock.GetUtcNow(),
        ["NextVisibleTime"] = message.NextVisibleOn ?? DateTimeOffset.MaxValue,
        ["PopReceipt"] = message.PopReceipt,
    };
}
