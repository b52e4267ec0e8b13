using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Blobs;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Queues;
using RoadSeg.LocalHost.Storage;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>The trigger's value and binding data before <c>sys</c> and promoted fields are added.</summary>
internal sealed record TriggerInput(object? Value, BindingData Data);

/// <summary>The JSON form of an invocation: send the envelope, read the answer, apply the output bindings.</summary>
internal sealed partial class JsonInvocation : IDisposable
{
    private readonly HttpClient _client;
    private readonly int _port;
    private readonly StorageConnections _storage;
    private readonly QueueOutput _queueOutput;
    private readonly TimeProvider _clock;
    private readonly ILoggerFactory _loggers;
    private readonly bool _strict;

    public JsonInvocation(
        int port, CustomHandlerOptions handler, TimeSpan? functionTimeout, StorageConnections storage, QueueOutput queueOutput, FunctionsHostOptions options)
    {
        _port = port;
        _storage = storage;
        _queueOutput = queueOutput;
        _clock = options.TimeProvider;
        _loggers = options.LoggerFactory;
        _strict = options.Strict;
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = !handler.ForwardingEnabled })
        {
            // A little longer than functionTimeout, so that a time-out is always seen as one.
            Timeout = functionTimeout + TimeSpan.FromMinutes(1) ?? TimeSpan.FromMilliseconds(int.MaxValue),
        };
    }

    /// <summary>The values of the http output bindings and the raw answer; queue and blob outputs are written here.</summary>
    public async Task<(Dictionary<string, object> Outputs, InvocationResult Answer)> InvokeAsync(
        FunctionDefinition function, TriggerInput input, Attempt attempt)
    {
        var data = input.Data.Copy();
        data.AddSystem(function.Name, _clock);
        data.Promote(input.Value as string);

        using var request = new HttpRequestMessage(HttpMethod.Post, HandlerAddress.Of(_port, function.Name))
        {
            Content = new InvocationContent(await CollectInputsAsync(function, input.Value, data), Metadata(data, attempt.Retry)),
        };
        HandlerAddress.AddHeaders(request, attempt.Id);
        using var response = await _client.SendAsync(request, CancellationToken.None);
        response.EnsureSuccessStatusCode();

        var answer = await InvocationResult.ReadAsync(response) ?? await NullAnswerAsync(response, attempt);
        var logger = _loggers.CreateLogger(function.LogCategory + ".User");
        foreach (var line in answer.Logs ?? []) UserLog(logger, line);

        var outputs = Outputs.Collect(function, answer);
        await Task.WhenAll(function.Outputs.Select(binding => ApplyAsync(binding, outputs, data)));
        return (outputs, answer);
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, object> Metadata(BindingData data, RetryContext? retry)
    {
        var metadata = data.ToMetadata();
        if (retry is not null)
        {
            metadata["RetryContext"] = new JObject
            {
                ["RetryCount"] = retry.RetryCount,
                ["MaxRetryCount"] = retry.MaxRetryCount,
                ["Exception"] = Describe(retry.Exception),
                ["Instance"] = null,
                ["State"] = new JObject(),
            };
        }
        return metadata;
    }

    private static JObject Describe(Exception error) => new()
    {
        ["ClassName"] = error.GetType().FullName,
        ["Message"] = error.Message,
        ["InnerException"] = error.InnerException is { } inner ? Describe(inner) : null,
        ["StackTraceString"] = error.StackTrace,
        ["HResult"] = error.HResult,
        ["Source"] = error.Source,
    };

    private async Task<Dictionary<string, object>> CollectInputsAsync(FunctionDefinition function, object? triggerValue, BindingData data)
    {
        var inputs = new Dictionary<string, object>();
        foreach (var binding in function.Inputs)
        {
            var dataType = binding.DataType ?? BindingDataType.String;
            var value = binding.IsTrigger ? triggerValue
                : await BlobBindings.ReadAsync(_storage.Blobs(binding.Text("connection")), Resolve(binding, "path", data), dataType);
            inputs[binding.Name] = ValueEncoder.Encode(value, dataType);
        }
        return inputs;
    }

    private async Task ApplyAsync(BindingDefinition binding, Dictionary<string, object> outputs, BindingData data)
    {
        if (!outputs.TryGetValue(binding.Name, out var value)) return;
        if (binding.Is("queue"))
        {
            var name = Resolve(binding, "queueName", data).ToLowerInvariant();
            await _queueOutput.SendAsync(_storage.Queues(binding.Text("connection")).GetQueueClient(name), value);
        }
        else if (binding.Is("blob"))
        {
            await BlobBindings.WriteAsync(_storage.Blobs(binding.Text("connection")), Resolve(binding, "path", data), value);
        }
    }

    private string Resolve(BindingDefinition binding, string property, BindingData data) =>
        BindingTemplate.Resolve(binding.Required(property), data, _clock);

    // The real host never completes such an invocation: it waits for functionTimeout and then kills the handler.
    private async Task<InvocationResult> NullAnswerAsync(HttpResponseMessage response, Attempt attempt)
    {
        if (_strict)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(attempt.Abandoned, attempt.Stopping);
            await Task.Delay(Timeout.Infinite, ended.Token);
        }
        throw new InvalidOperationException(
            $"The handler answered {(int)response.StatusCode} without a result. On Azure this invocation would hang until functionTimeout. "
            + "Answer a JSON object; {} is enough.");
    }

    [LoggerMessage(EventId = 210, Level = LogLevel.Information, Message = "{Line}")]
    private static partial void UserLog(ILogger logger, string line);
}
