using System.Text;
using Azure.Storage.Queues;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Queues;

/// <summary>The <c>queue</c> output binding: one message, or one per element of an array.</summary>
internal sealed class QueueOutput(QueueWakeUps wakeUps, bool base64, bool strict)
{
    public async Task SendAsync(QueueClient queue, object value)
    {
        await queue.CreateIfNotExistsAsync();
        foreach (var body in Messages(value, strict)) await queue.SendMessageAsync(QueueEncoding.Encode(body, base64));
        wakeUps.Notify(queue.Uri);
    }

    internal static IEnumerable<byte[]> Messages(object value, bool strict)
    {
        var elements = value switch
        {
            JArray array => array,
            // The real host parses any text that looks like JSON; it writes an object back indented. Only strict does that.
            string text when BindingData.LooksLikeJson(text) && (strict || text.AsSpan().TrimStart()[0] == '[') =>
                JToken.Parse(text) is var token && token is JArray array ? array : [token],
            _ => (IEnumerable<object>)[value],
        };
        return elements.Select(element => element as byte[] ?? Encoding.UTF8.GetBytes(element.ToString() ?? "")).ToArray();
    }
}
