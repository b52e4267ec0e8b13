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
        return new TriggerInput(value, Data(
            value as string, message.DequeueCount, message.ExpiresOn, message.MessageId, message.InsertedOn, message.NextVisibleOn, message.PopReceipt, clock));
    }

    /// <summary>A message that never was in a queue: text given to <c>POST /admin/functions/Name</c>.</summary>
    public static TriggerInput FromText(string text, BindingDefinition trigger, TimeProvider clock)
    {
        object value = trigger.DataType == BindingDataType.Binary ? Encoding.UTF8.GetBytes(text) : text;
        return new TriggerInput(value, Data(text, 0, null, Guid.NewGuid().ToString(), null, null, Guid.NewGuid().ToString("N"), clock));
    }

    private static BindingData Data(
        string? text, long dequeueCount, DateTimeOffset? expires, string id, DateTimeOffset? inserted, DateTimeOffset? nextVisible, string popReceipt, TimeProvider clock) => new()
    {
        ["QueueTrigger"] = text,
        ["DequeueCount"] = dequeueCount,
        ["ExpirationTime"] = expires ?? DateTimeOffset.MaxValue,
        ["Id"] = id,
        ["InsertionTime"] = inserted ?? clock.GetUtcNow(),
        ["NextVisibleTime"] = nextVisible ?? DateTimeOffset.MaxValue,
        ["PopReceipt"] = popReceipt,
    };
}
