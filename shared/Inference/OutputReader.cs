using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Takes logits of shape [channels, height, width]; the span dies with the call.</summary>
internal delegate T ScoresReader<out T>(ReadOnlySpan<float> scores, int height, int width);

/// <summary>The same where nothing is made of them.</summary>
internal delegate void ScoresSink(ReadOnlySpan<float> scores, int height, int width);

/// <summary>Turns one image of a run's output into a class map of the size asked for.</summary>
internal static class OutputReader
{
    private const double DefaultThreshold = 0.5;

    /// <exception cref="RoadSegException"><c>model-invalid</c>: the output's shape is not what the manifest says, or its values are
    /// unusable.</exception>
    public static ClassMap Read(
        TensorSlot slot,
        int image,
        ModelDescription model,
        int outputWidth,
        int outputHeight,
        int threads,
        AskedClasses? asked
    )
    {
        if (model.Output.Kind != OutputKind.ClassIds)
            return ReadScores(slot, image, model, (scores, height, width) =>
                Upsample(scores, model, height, width, outputWidth, outputHeight, threads, asked)
            );
        var (height, width) = CheckShape(slot, model);
        return Ids(slot, image, model, height, width, outputWidth, outputHeight);
    }

    /// <summary>The logits of one image, as they are blended and scaled up; not those of class ids, which have none.</summary>
    /// <exception cref="RoadSegException">As for <see cref="Read"/>.</exception>
    public static T ReadScores<T>(TensorSlot slot, int image, ModelDescription model, ScoresReader<T> read)
    {
        var (height, width) = CheckShape(slot, model);
        if (IsPlain(slot, model.Output))
            return read(Values<float>(slot.Output, image, slot.Batch), height, width);

        var size = model.Output.Channels(model.Labels.Count) * height * width;
        var buffer = ArrayPool<float>.Shared.Rent(size);
        try
        {
            var scores = buffer.AsSpan(0, size);
            CopyPlanes(slot, image, model, scores);
            if (model.Output.Kind == OutputKind.Probabilities)
                ProbabilityScores.FromSoftmax(scores);
            else if (model.Output.Kind == OutputKind.Sigmoid)
                ProbabilityScores.FromSigmoid(scores);
            return read(scores, height, width);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    /// <summary>What the scores of a run's first image are like.</summary>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the output's shape is not what the manifest says.</exception>
    public static ScoreRange Measure(TensorSlot slot, ModelDescription model)
    {
        var (height, width) = CheckShape(slot, model);
        var scores = new float[model.Output.Channels(model.Labels.Count) * height * width];
        CopyPlanes(slot, 0, model, scores);
        return ScoreRange.Of(scores, height * width);
    }

    /// <summary>True for the types in which whole numbers come, floats excepted.</summary>
    public static bool IsWhole(TensorElementType type) =>
        type
            is TensorElementType.Int64
                or TensorElementType.Int32
                or TensorElementType.UInt8
                or TensorElementType.Int8
                or TensorElementType.Int16
                or TensorElementType.UInt16
                or TensorElementType.UInt32
                or TensorElementType.UInt64
                or TensorElementType.Bool;

    // Planes of floats that need nothing done are read where ONNX Runtime left them.
    private static bool IsPlain(TensorSlot slot, OutputContract output) =>
        output is { Layout: TensorLayout.Nchw, Kind: OutputKind.Logits or OutputKind.SigmoidLogits }
        && TypeOf(slot) == TensorElementType.Float;

    /// <summary>From logits to classes, as the model's kind of output asks for it.</summary>
    public static ClassMap Upsample(
        ReadOnlySpan<float> logits,
        ModelDescription model,
        int height,
        int width,
        int outputWidth,
        int outputHeight,
        int threads,
        AskedClasses? asked
    )
    {
        var output = model.Output;
        var channels = output.Channels(model.Labels.Count);
        if (!output.IsSigmoid)
            return LogitsUpsampler.Upsample(logits, channels, height, width, outputWidth, outputHeight, threads, asked);
        var rule = new BackgroundRule(
            output.Background!.Value,
            ProbabilityScores.FromSigmoid((float)(output.Threshold ?? DefaultThreshold))
        );
        return LogitsUpsampler.UpsampleIndependent(logits, channels, height, width, outputWidth, outputHeight, rule, threads, asked);
    }

    private static ClassMap Ids(
        TensorSlot slot,
        int image,
        ModelDescription model,
        int height,
        int width,
        int outputWidth,
        int outputHeight
    )
    {
        return TypeOf(slot) switch
        {
            TensorElementType.Int64 => Of<long>(),
            TensorElementType.Int32 => Of<int>(),
            TensorElementType.Int16 => Of<short>(),
            TensorElementType.Int8 => Of<sbyte>(),
            TensorElementType.UInt64 => Of<ulong>(),
            TensorElementType.UInt32 => Of<uint>(),
            TensorElementType.UInt16 => Of<ushort>(),
            TensorElementType.Float => Of<float>(),
            TensorElementType.Float16 => Of<Half>(),
            TensorElementType.Double => Of<double>(),
            _ => Of<byte>(),
        };

        ClassMap Of<T>()
            where T : unmanaged, INumberBase<T> =>
            ClassIdResizer.Resize(Values<T>(slot.Output, image, slot.Batch), model.Labels.Count, height, width, outputWidth, outputHeight);
    }

    /// <summary>The scores of one image as floats, channel after channel.</summary>
    private static void CopyPlanes(TensorSlot slot, int image, ModelDescription model, Span<float> target)
    {
        var (channelsLast, channels) = (model.Output.Layout == TensorLayout.Nhwc, model.Output.Channels(model.Labels.Count));
        switch (TypeOf(slot))
        {
            case TensorElementType.Float16:
                Copy(Values<Half>(slot.Output, image, slot.Batch), channelsLast, channels, target);
                break;
            case TensorElementType.Double:
                Copy(Values<double>(slot.Output, image, slot.Batch), channelsLast, channels, target);
                break;
            default:
                Copy(Values<float>(slot.Output, image, slot.Batch), channelsLast, channels, target);
                break;
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> values, bool channelsLast, int channels, Span<float> target)
        where T : unmanaged, INumberBase<T>
    {
        if (!channelsLast)
        {
            for (var i = 0; i < values.Length; i++)
                target[i] = float.CreateTruncating(values[i]);
            return;
        }

        var cells = values.Length / channels;
        for (var cell = 0; cell < cells; cell++)
        {
            for (var c = 0; c < channels; c++)
                target[c * cells + cell] = float.CreateTruncating(values[cell * channels + c]);
        }
    }

    private static TensorElementType TypeOf(TensorSlot slot) => slot.Output.GetTensorTypeAndShape().ElementDataType;

    // As bytes first: ONNX Runtime has 16-bit floats and booleans of its own.
    private static ReadOnlySpan<T> Values<T>(OrtValue output, int image, int batch)
        where T : unmanaged
    {
        var all = MemoryMarshal.Cast<byte, T>(output.GetTensorMutableRawData());
        var size = all.Length / batch;
        return all.Slice(image * size, size);
    }

    private static (int Height, int Width) CheckShape(TensorSlot slot, ModelDescription model)
    {
        var (height, width) = (Cells(slot.Height, model.Output.Stride), Cells(slot.Width, model.Output.Stride));
        var channels = model.Output.Channels(model.Labels.Count);
        long[] expected =
            model.Output.Layout == TensorLayout.Nhwc ? [slot.Batch, height, width, channels] : [slot.Batch, channels, height, width];
        long[] flat = [slot.Batch, height, width];
        var shape = slot.OutputShape;
        if (!shape.SequenceEqual(expected) && !(model.Output.Kind == OutputKind.ClassIds && shape.SequenceEqual(flat)))
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"Model '{model.Name}' gave [{string.Join(", ", shape)}] for {slot.Batch} input(s) of {slot.Width}x{slot.Height}; "
                    + $"its manifest makes that [{string.Join(", ", expected)}]. Correct labels, layout or stride."
            );
        }

        return (height, width);
    }

    private static int Cells(int pixels, int stride) => (pixels + stride - 1) / stride;
}
