using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Turns one image of a run's output into a class map of the size asked for.</summary>
internal static class OutputReader
{
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the output's shape is not what the manifest says, or its values are unusable.</exception>
    public static ClassMap Read(TensorSlot slot, int image, ModelDescription model, int outputWidth, int outputHeight, int threads)
    {
        var (height, width) = CheckShape(slot, model);
        if (model.Output.Kind == OutputKind.Logits)
        {
            var size = model.Labels.Count * height * width;
            var logits = slot.Output.GetTensorDataAsSpan<float>().Slice(image * size, size);
            return model.Output.Layout == TensorLayout.Nchw
                ? LogitsUpsampler.Upsample(logits, model.Labels.Count, height, width, outputWidth, outputHeight, threads)
                : UpsampleNhwc(logits, model.Labels.Count, height, width, outputWidth, outputHeight, threads);
        }

        return slot.Output.GetTensorTypeAndShape().ElementDataType switch
        {
            TensorElementType.Int64 => Ids<long>(),
            TensorElementType.Int32 => Ids<int>(),
            _ => Ids<byte>(),
        };

        ClassMap Ids<T>()
            where T : unmanaged, System.Numerics.IBinaryInteger<T>
        {
            var cells = slot.Output.GetTensorDataAsSpan<T>().Slice(image * height * width, height * width);
            return ClassIdResizer.Resize(cells, model.Labels.Count, height, width, outputWidth, outputHeight);
        }
    }

    private static ClassMap UpsampleNhwc(ReadOnlySpan<float> logits, int classes, int height, int width, int outputWidth, int outputHeight, int threads)
    {
        var planes = ArrayPool<float>.Shared.Rent(logits.Length);
        try
        {
            var cells = height * width;
            for (var cell = 0; cell < cells; cell++)
            {
                for (var c = 0; c < classes; c++)
                    planes[c * cells + cell] = logits[cell * classes + c];
            }

            return LogitsUpsampler.Upsample(planes.AsSpan(0, logits.Length), classes, height, width, outputWidth, outputHeight, threads);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(planes);
        }
    }

    private static (int Height, int Width) CheckShape(TensorSlot slot, ModelDescription model)
    {
        var (height, width) = (Cells(slot.Height, model.Output.Stride), Cells(slot.Width, model.Output.Stride));
        var channels = model.Output.Kind == OutputKind.Logits ? model.Labels.Count : 1;
        long[] expected = model.Output.Layout == TensorLayout.Nhwc
            ? [slot.Batch, height, width, channels]
            : [slot.Batch, channels, height, width];
        long[] flat = [slot.Batch, height, width];
        var shape = slot.OutputShape;
        if (!shape.SequenceEqual(expected) && !(model.Output.Kind == OutputKind.ClassIds && shape.SequenceEqual(flat)))
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"Model '{model.Name}' gave [{string.Join(", ", shape)}] for {slot.Batch} input(s) of {slot.Width}x{slot.Height}; its manifest makes that [{string.Join(", ", expected)}]. Correct labels, layout or stride.");
        }

        return (height, width);
    }

    private static int Cells(int pixels, int stride) => (pixels + stride - 1) / stride;
}
