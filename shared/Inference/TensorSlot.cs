using Microsoft.ML.OnnxRuntime;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Input and output memory for runs of one size, allocated by ONNX Runtime and bound once. Used by one run at a time.</summary>
internal sealed class TensorSlot : IDisposable
{
    private readonly GraphSession graph;
    private readonly OrtIoBinding binding;
    private readonly OrtValue input;
    private IDisposableReadOnlyCollection<OrtValue>? outputs;

    public TensorSlot(GraphSession graph, int batch, int width, int height)
    {
        this.graph = graph;
        Batch = batch;
        Width = width;
        Height = height;
        var contract = graph.Model.Input;
        long[] shape = contract.Layout == TensorLayout.Nhwc ? [batch, height, width, 3] : [batch, 3, height, width];
        input = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, GraphSession.TypeOf(contract.ElementType), shape);
        binding = graph.Session.CreateIoBinding();
        // The first run allocates the output in CPU memory (copied there from a device); later runs of this binding write into it again.
        binding.BindOutputToDevice(graph.Model.Output.Name, OrtMemoryInfo.DefaultInstance);
    }

    public int Batch { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The input's memory: [batch] images one after the other.</summary>
    public Span<byte> Input => input.GetTensorMutableRawData();

    /// <summary>The output of the last run.</summary>
    public OrtValue Output => outputs![0];

    public long[] OutputShape { get; private set; } = [];

    public void Run()
    {
        // Bound anew each time: a device provider copies the input when it is bound.
        binding.BindInput(graph.Model.Input.Name, input);
        using var options = new RunOptions();
        try
        {
            graph.Session.RunWithBinding(options, binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw new RoadSegException(
                ErrorCodes.Internal,
                $"ONNX Runtime failed to run model '{graph.Model.Name}' on {Batch} input(s) of {Width}x{Height}: {OrtReason.Of(e)}",
                e
            );
        }

        binding.SynchronizeBoundOutputs();
        outputs?.Dispose();
        outputs = binding.GetOutputValues();
        OutputShape = Output.GetTensorTypeAndShape().Shape;
    }

    public void Dispose()
    {
        outputs?.Dispose();
        binding.Dispose();
        input.Dispose();
    }
}
