using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>A loaded graph whose inputs and outputs are what its manifest says.</summary>
internal sealed class GraphSession : IDisposable
{
    private GraphSession(InferenceSession session, ModelDescription model, string? lastOperation)
    {
        Session = session;
        Model = model;
        LastOperation = lastOperation;
    }

    public InferenceSession Session { get; }

    public ModelDescription Model { get; }

    /// <summary>The operation that makes the output, such as <c>Softmax</c>; null where the graph does not show it.</summary>
    public string? LastOperation { get; }

    /// <param name="model">What the graph is said to be.</param>
    /// <param name="content">ONNX model.</param>
    /// <param name="read">Content of a file of the package, null for what is none of its files: where weights may lie.</param>
    /// <param name="options">Settings.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c> or <c>internal</c>, as for <see cref="SegmentationEngine"/>.</exception>
    public static GraphSession Load(ModelDescription model, byte[] content, Func<string, byte[]?> read, EngineOptions options)
    {
        var file = OnnxFile.Read(content);
        var session = Open(model, file.WithData(read), options);
        try
        {
            CheckInput(session, model);
            CheckOutput(session, model);
            return new GraphSession(session, model, file.LastOperation(model.Output.Name));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>ONNX Runtime's name for an input's type.</summary>
    public static TensorElementType TypeOf(InputElementType type) =>
        type switch
        {
            InputElementType.UInt8 => TensorElementType.UInt8,
            InputElementType.Float16 => TensorElementType.Float16,
            _ => TensorElementType.Float,
        };

    public void Dispose() => Session.Dispose();

    private static InferenceSession Open(ModelDescription model, byte[] graph, EngineOptions options)
    {
        using var settings = SettingsOf(options);
        try
        {
            return new InferenceSession(graph, settings);
        }
        catch (OnnxRuntimeException e) when (options.Provider == ExecutionProvider.Cuda)
        {
            // The graph or the device? A graph that loads on the CPU is sound.
            Open(model, graph, options with { Provider = ExecutionProvider.Cpu }).Dispose();
            throw NoCuda(e);
        }
        catch (OnnxRuntimeException e)
        {
            throw Invalid($"ONNX Runtime cannot load the graph of model '{model.Name}': {OrtReason.Of(e)}", e);
        }
    }

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
            // x64 before VNNI adds pairs of products in 16 bits, which overflow: there weights become unsigned too, at twice the time.
            if (options.Precision == Precision.Int8 && !HasVnni())
                settings.AddSessionConfigEntry("session.x64quantprecision", "1");
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
            if (options.Provider == ExecutionProvider.Cuda)
                settings.AppendExecutionProvider_CUDA(options.DeviceId);
            return settings;
        }
        catch (Exception e)
        {
            settings.Dispose();
            if (
                options.Provider == ExecutionProvider.Cuda
                && e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException
            )
                throw NoCuda(e);
            throw;
        }
    }

    // CPUID leaf 7: AVX512_VNNI is bit 11 of ECX, AVX-VNNI bit 4 of EAX of its first subleaf. Other processors have nothing to overflow.
    private static bool HasVnni() =>
        !X86Base.IsSupported || (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0 || (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0;

    private static void CheckInput(InferenceSession session, ModelDescription model)
    {
        var input = model.Input;
        if (session.InputMetadata.Count != 1 || !session.InputMetadata.TryGetValue(input.Name, out var metadata))
            throw Invalid($"The graph's inputs are {Names(session.InputMetadata)}; the manifest says '{input.Name}' alone.");
        var type = TypeOf(input.ElementType);
        if (!metadata.IsTensor || metadata.ElementDataType != type)
            throw Invalid($"The graph's input '{input.Name}' is {TypeOf(metadata)}; the manifest says {type}.");
        long?[] expected =
            input.Layout == TensorLayout.Nhwc ? [input.Batch, input.Height, input.Width, 3] : [input.Batch, 3, input.Height, input.Width];
        CheckShape(input.Name, metadata.Dimensions, expected);
    }

    private static void CheckOutput(InferenceSession session, ModelDescription model)
    {
        var output = model.Output;
        if (!session.OutputMetadata.TryGetValue(output.Name, out var metadata))
            throw Invalid($"The graph's outputs are {Names(session.OutputMetadata)}; the manifest says '{output.Name}'.");
        if (!metadata.IsTensor)
            throw Invalid($"The graph's output '{output.Name}' is {TypeOf(metadata)}; RoadSeg reads tensors. Name an output that is one.");
        CheckOutputType(output, metadata);

        // An exporter may leave the shape unsaid; the first run shows it.
        var rank = metadata.Dimensions.Length;
        if (rank is not (0 or 4) && !(rank == 3 && output.Kind == OutputKind.ClassIds))
            throw Invalid($"The graph's output '{output.Name}' has {rank} axes; logits have 4, class ids 3 or 4.");
        if (rank == 4)
        {
            var channels = metadata.Dimensions[output.Layout == TensorLayout.Nhwc ? 3 : 1];
            var expected = output.Channels(model.Labels.Count);
            if (channels > 0 && channels != expected)
                throw Invalid(
                    $"The graph's output '{output.Name}' has {channels} channels where the manifest's labels make "
                        + $"{expected}{Hint(output, channels, model.Labels.Count)}."
                );
        }
    }

    private static void CheckOutputType(OutputContract output, NodeMetadata metadata)
    {
        var type = metadata.ElementDataType;
        var isFloat = type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Double;
        if (output.Kind != OutputKind.ClassIds)
        {
            if (!isFloat)
                throw Invalid($"The graph's output '{output.Name}' is {type}; {Name(output.Kind)} are Float, Float16 or Double.");
            return;
        }

        if (!isFloat && !OutputReader.IsWhole(type))
            throw Invalid($"The graph's output '{output.Name}' is {type}; class ids are whole numbers.");
        if (
            isFloat
            && metadata.Dimensions is { Length: 4 } axes
            && axes[output.Layout == TensorLayout.Nhwc ? 3 : 1] is > 1 and var channels
        )
            throw Invalid(
                $"The graph's output '{output.Name}' is {type}; class ids are whole numbers in one channel, and this has {channels}: are "
                    + "they logits or probabilities?"
            );
    }

    private static string Hint(OutputContract output, int channels, int classes) =>
        channels == 1 && classes == 2 && !output.IsSigmoid
            ? "; for one channel of sigmoid say kind 'sigmoid' (or 'sigmoid-logits') and which class is the background"
        : output.IsSigmoid ? " (one for each but the background)"
        : "";

    private static string Name(OutputKind kind) =>
        kind switch
        {
            OutputKind.Logits => "logits",
            OutputKind.Probabilities => "probabilities",
            _ => "sigmoid scores",
        };

    private static string TypeOf(NodeMetadata metadata) =>
        metadata.IsTensor ? metadata.ElementDataType.ToString() : metadata.OnnxValueType.ToString();

    // A free axis of the manifest must be free in the graph; a fixed one may be either.
    private static void CheckShape(string name, int[] actual, long?[] expected)
    {
        var agrees = actual.Length == expected.Length && actual.Zip(expected).All(axis => axis.First <= 0 || axis.First == axis.Second);
        if (!agrees)
        {
            var (has, says) = (Join(actual.Select(axis => axis <= 0 ? null : (long?)axis)), Join(expected));
            throw Invalid($"The graph's input '{name}' has shape [{has}]; the manifest says [{says}].");
        }
    }

    private static string Join(IEnumerable<long?> axes) => string.Join(", ", axes.Select(axis => axis?.ToString() ?? "?"));

    private static string Names(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
        string.Join(", ", nodes.Keys.Select(name => $"'{name}'"));

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);

    private static RoadSegException NoCuda(Exception inner) =>
        new(
            ErrorCodes.Internal,
            "CUDA was asked for, but ONNX Runtime cannot use it here: install the GPU package, driver, CUDA and cuDNN, or set the "
                + "provider to cpu. "
                + $"It says: {OrtReason.Of(inner)}",
            inner
        );
}
