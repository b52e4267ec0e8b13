using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests;

/// <summary>Stands where the host and Event Grid stand, without their processes: what reaches the account's queues is delivered to the functions' own methods,
/// and what is put into a container that tells of its blobs becomes a message. It learns of both from Azurite's log.</summary>
internal sealed partial class MessageDelivery : IAsyncDisposable
{
    // As in host.json: batchSize and newBatchThreshold together, and maxDequeueCount.
    private const int AtOnce = 6;
    private const int MaxDequeueCount = 5;

    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);
    private static readonly TriggeredFunction[] Functions = [.. Triggered(typeof(SegmentImage).Assembly)];

    private readonly IServiceProvider _services;
    private readonly BlobServiceClient _blobs;
    private readonly QueueServiceClient _queues;
    private readonly string _account;
    private readonly IReadOnlyDictionary<string, (TriggeredFunction Function, SemaphoreSlim Slots)> _delivered;
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly IDisposable _log;

    /// <param name="storage">The account.</param>
    /// <param name="services">Makes the functions' classes, as the worker does for each message.</param>
    /// <param name="disabled">Functions that get nothing.</param>
    public MessageDelivery(StorageFixture storage, IServiceProvider services, IReadOnlyCollection<string> disabled)
    {
        _services = services;
        (_blobs, _queues, _account) = (storage.Blobs, storage.Queues, storage.Blobs.AccountName);
        _delivered = Functions.Where(function => !disabled.Contains(function.Name)).ToDictionary(function => function.Queue, function => (function, new SemaphoreSlim(AtOnce)));
        _log = StorageFixture.OnAccessLog(OnLine);
    }

    /// <summary>Delivers one message to a function as the host does, and waits until it has ended.</summary>
    public static async Task InvokeAsync(IServiceProvider services, string function, QueueMessage message, CancellationToken cancel)
    {
        var method = Functions.Single(known => known.Name == function).Method;
        try
        {
            await (Task)method.Invoke(ActivatorUtilities.CreateInstance(services, method.DeclaringType!), [message, cancel])!;
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _log.Dispose();
        await _stop.CancelAsync();
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        foreach (var (_, slots) in _delivered.Values)
            slots.Dispose();
    }

    private static IEnumerable<TriggeredFunction> Triggered(Assembly app) =>
        from type in app.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let trigger = method.GetParameters().FirstOrDefault()?.GetCustomAttribute<QueueTriggerAttribute>()
        where function is not null && trigger is not null
        select new TriggeredFunction(function.Name, trigger.QueueName, method);

    // Runs on the thread that reads Azurite's output.
    private void OnLine(string line)
    {
        if (!line.Contains($"/{_account}/", StringComparison.Ordinal))
            return;
        if (Sent().Match(line) is { Success: true } sent)
        {
            var delay = sent.Groups["hidden"] is { Success: true } hidden ? int.Parse(hidden.ValueSpan, System.Globalization.CultureInfo.InvariantCulture) : 0;
            Run(() => DeliverAsync(sent.Groups["queue"].Value, TimeSpan.FromSeconds(delay)));
        }
        else if (Stored().Match(line) is { Success: true } stored && Queues.BlobEvents.TryGetValue(stored.Groups["container"].Value, out var queue))
        {
            var (container, name) = (stored.Groups["container"].Value, Uri.UnescapeDataString(stored.Groups["name"].Value));
            if (name.EndsWith(Queues.BlobEventSuffix(container), StringComparison.Ordinal))
                Run(() => TellAsync(queue, container, name));
        }
    }

    private void Run(Func<Task> work)
    {
        var task = Task.Run(work);
        _running.TryAdd(task, true);
        task.ContinueWith(ended => _running.TryRemove(ended, out _), TaskScheduler.Default);
    }

    private async Task TellAsync(string queue, string container, string name)
    {
        try
        {
            var blob = (await _blobs.GetBlobContainerClient(container).GetBlobClient(name).GetPropertiesAsync(cancellationToken: _stop.Token)).Value;
            await _queues.GetQueueClient(queue).SendAsync(BlobCreatedEvent.For(container, name, blob.ETag.ToString(), blob.ContentLength), JobJson.Default.BlobCreatedEvent, _stop.Token);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Deleted already: nothing here tests an event that comes too late.
        }
    }

    private async Task DeliverAsync(string queue, TimeSpan delay)
    {
        if (!_delivered.TryGetValue(queue, out var to))
            return;
        await Task.Delay(delay, _stop.Token); // Hidden for so long by who sent it.
        await to.Slots.WaitAsync(_stop.Token);
        try
        {
            var messages = _queues.GetQueueClient(queue);
            if ((await messages.ReceiveMessageAsync(Hidden, _stop.Token)).Value is not { } message)
                return;
            try
            {
                await InvokeAsync(_services, to.Function.Name, message, _stop.Token);
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                if (message.DequeueCount < MaxDequeueCount)
                {
                    await messages.UpdateMessageAsync(message.MessageId, message.PopReceipt, message.Body, TimeSpan.Zero, _stop.Token);
                    Run(() => DeliverAsync(queue, TimeSpan.Zero));
                    return;
                }

                await _queues.GetQueueClient(Queues.Poison(queue)).SendMessageAsync(message.Body, cancellationToken: _stop.Token);
            }

            await messages.DeleteMessageAsync(message.MessageId, message.PopReceipt, _stop.Token);
        }
        finally
        {
            to.Slots.Release();
        }
    }

    [GeneratedRegex(@"""POST /[^/]+/(?<queue>[^/?\s]+)/messages(?:\?(?:\S*&)?visibilitytimeout=(?<hidden>\d+))?\S* HTTP/[\d.]+"" 201 ")]
    private static partial Regex Sent();

    [GeneratedRegex(@"""PUT /[^/]+/(?<container>[^/?\s]+)/(?<name>[^?\s]+)(?:\?(?:(?!comp=)\S|comp=blocklist)*)? HTTP/[\d.]+"" 201 ")]
    private static partial Regex Stored();

    private sealed record TriggeredFunction(string Name, string Queue, MethodInfo Method);
}
