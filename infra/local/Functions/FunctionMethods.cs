using System.Diagnostics;
using Google.Protobuf;
using Microsoft.Azure.WebJobs;
using Newtonsoft.Json;
using RoadSeg.LocalHost.Rpc;
using ExecutionContext = Microsoft.Azure.WebJobs.ExecutionContext;

namespace RoadSeg.LocalHost.Functions;

/// <summary>Base of the emitted class of functions: public, because emitted code may call nothing else.</summary>
public abstract class FunctionMethods(Func<string, Trigger, Task> invoke)
{
    internal const string ValueName = "value";

    /// <summary>Called by each emitted method.</summary>
    public Task InvokeAsync(string name, object? value, Binder binder, ExecutionContext context, CancellationToken cancellation) =>
        invoke(name, new Trigger(value, binder.BindingData, context.InvocationId, cancellation));
}

/// <summary>Triggers in the protocol's terms.</summary>
internal static class TriggerRequests
{
    public static InvocationRequest ToRequest(this Trigger trigger, FunctionDefinition function)
    {
        var request = new InvocationRequest
        {
            InvocationId = trigger.InvocationId.ToString(),
            FunctionId = function.Metadata.FunctionId,
            InputData =
            {
                new ParameterBinding { Name = function.Parameter, Data = Typed(trigger.Value) },
            },
            TraceContext = new RpcTraceContext
            {
                TraceParent = Activity.Current?.Id ?? "",
                TraceState = Activity.Current?.TraceStateString ?? "",
            },
        };
        // "sys" is the SDK's own.
        foreach (var (name, value) in trigger.Metadata)
            if (value is not null && name != "sys")
                request.TriggerMetadata[name] = Typed(value);
        return request;
    }

    // Numbers go as json: the worker refuses the protocol's own.
    private static TypedData Typed(object? value) =>
        value switch
        {
            null => new TypedData(),
            string text => new TypedData { String = text },
            byte[] bytes => new TypedData { Bytes = ByteString.CopyFrom(bytes) },
            ParameterBindingData reference => new TypedData
            {
                ModelBindingData = new ModelBindingData
                {
                    Version = reference.Version,
                    Source = reference.Source,
                    ContentType = reference.ContentType,
                    Content = ByteString.CopyFrom(reference.Content.ToMemory().Span),
                },
            },
            _ => new TypedData { Json = JsonConvert.SerializeObject(value) },
        };
}
