using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>A loaded graph whose inputs and outputs are what its manifest says.</summary>
internal sealed class GraphSession : IDisposable
{
    private GraphSession(InferenceSession session, ModelDescription model)
    {
        Session = session;
        Model = model;
        OutputType = session.OutputMetadata[model.Output.Name].ElementDataType;
    }

    public InferenceSession Session { get; }

    public ModelDescription Model { get; }

    /// <summary>Numeric type of the output: float for logits, an integer type for class ids.</summary>
    public TensorElementType OutputType { get; }

    public static GraphSession Load(ModelDescription model, byte[] graph, EngineOptions options)
    {
        using var settings = SettingsOf(options);
        InferenceSession session;
        try
        {
            session = new InferenceSession(graph, settings);
        }
        catch (OnnxRuntimeException e)
        {
            throw options.Provider == ExecutionProvider.Cuda
                ? NoCuda(e)
                : Invalid($"ONNX Runtime cannot load the graph of model '{model.Name}'; publish it again from a sound export.", e);
        }

        try
        {
            CheckInput(session, model);
            CheckOutput(session, model);
            return new GraphSession(session, model);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => Session.Dispose();

    private static SessionOptions SettingsOf(EngineOptions options)
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = options.IntraOpThreads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            GraphOptimizationLevel = options.Optimization switch
            {
                GraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
                GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            },
        };
        try
        {
            // With the passes for quantised graphs off, constant folding treats DequantizeLinear of a stored weight like any
            // other constant. Int8 graphs need those passes: they make the integer kernels.
            if (options.FoldStoredWeights && options.Precision != Precision.Int8)
                settings.AddSessionConfigEntry("session.disable_quant_qdq", "1");
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
            if (options.Provider == ExecutionProvider.Cuda)
                settings.AppendExecutionProvider_CUDA(options.DeviceId);
            return settings;
        }
        catch (Exception e)
        {
            settings.Dispose();
            if (options.Provider == ExecutionProvider.Cuda && e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
                throw NoCuda(e);
            throw;
        }
    }

    private static void CheckInput(InferenceSession session, ModelDescription model)
    {
        var input = model.Input;
        if (session.InputMetadata.Count != 1 || !session.InputMetadata.TryGetValue(input.Name, out var metadata))
            throw Invalid($"The graph's inputs are {Names(session.InputMetadata)}; the manifest says '{input.Name}' alone.");
        var type = input.ElementType == InputElementType.UInt8 ? TensorElementType.UInt8 : TensorElementType.Float;
        if (metadata.ElementDataType != type)
            throw Invalid($"The graph's input '{input.Name}' is {metadata.ElementDataType}; the manifest says {type}.");
        long?[] expected = input.Layout == TensorLayout.Nhwc
            ? [input.Batch, input.Height, input.Width, 3]
            : [input.Batch, 3, input.Height, input.Width];
        CheckShape("input", input.Name, metadata.Dimensions, expected);
    }

    private static void CheckOutput(InferenceSession session, ModelDescription model)
    {
        var output = model.Output;
        if (!session.OutputMetadata.TryGetValue(output.Name, out var metadata))
            throw Invalid($"The graph's outputs are {Names(session.OutputMetadata)}; the manifest says '{output.Name}'.");
        var type = metadata.ElementDataType;
        var fits = output.Kind == OutputKind.Logits
            ? type == TensorElementType.Float
            : type is TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.UInt8;
        if (!fits)
            throw Invalid($"The graph's output '{output.Name}' is {type}; {(output.Kind == OutputKind.Logits ? "logits are Float" : "class ids are Int64, Int32 or UInt8")}.");

        var rank = metadata.Dimensions.Length;
        if (rank != 4 && !(rank == 3 && output.Kind == OutputKind.ClassIds))
            throw Invalid($"The graph's output '{output.Name}' has {rank} axes; the manifest's kind needs 4{(output.Kind == OutputKind.ClassIds ? " or 3" : "")}.");
        if (rank == 4)
        {
            var channels = metadata.Dimensions[output.Layout == TensorLayout.Nhwc ? 3 : 1];
            var expected = output.Kind == OutputKind.Logits ? model.Labels.Count : 1;
            if (channels > 0 && channels != expected)
                throw Invalid($"The graph's output '{output.Name}' has {channels} channels where the manifest's labels make {expected}.");
        }
    }

    // A free axis of the manifest must be free in the graph; a fixed one may be either.
    private static void CheckShape(string what, string name, int[] actual, long?[] expected)
    {
        var agrees = actual.Length == expected.Length
            && actual.Zip(expected).All(axis => axis.First <= 0 || axis.First == axis.Second);
        if (!agrees)
            throw Invalid($"The graph's {what} '{name}' has shape [{Join(actual.Select(axis => axis <= 0 ? "?" : $"{axis}"))}]; the manifest says [{Join(expected.Select(axis => axis is null ? "?" : $"{axis}"))}].");
    }

    private static string Join(IEnumerable<string> axes) => string.Join(", ", axes);

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) => string.Join(", ", nodes.Keys.Select(name => $"'{name}'"));

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);

    private static RoadSegException NoCuda(Exception inner) => new(
        ErrorCodes.Internal,
        "CUDA was asked for, but ONNX Runtime cannot use it here: install the GPU package, driver, CUDA and cuDNN, or set the provider to cpu.",
        inner);
}
