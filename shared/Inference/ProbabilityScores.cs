using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RoadSeg.Errors;

namespace RoadSeg.Inference;

/// <summary>From probabilities back to logits, in place. Between cells it is the logits that are interpolated, so that a graph gives the
/// same with its last softmax or sigmoid as without: the constant that softmax takes from a cell's logits falls out again in the next
/// softmax.</summary>
internal static class ProbabilityScores
{
    // The tolerance is for exports in 8 bits.
    private const float Below = -0.01f;
    private const float Above = 1.01f;

    // Smallest normal float; and the smallest that 1 can be lacking.
    private const float Least = 1.1754944e-38f;
    private const float LeastOfTwo = 5.9604645e-8f;

    /// <summary>Logits of softmax's probabilities, but for a constant a cell.</summary>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: a value that is no probability.</exception>
    public static void FromSoftmax(Span<float> values)
    {
        RequireProbabilities(values);
        var vectors = Vectors(values, out var rest);
        foreach (ref var part in vectors)
            part = Vector256.Log(Vector256.Max(part, Vector256.Create(Least)));
        foreach (ref var value in rest)
            value = FromSoftmax(value);
    }

    /// <summary>Logits of sigmoid's probabilities, held to what a float can distinguish from 0 and 1.</summary>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: a value that is no probability.</exception>
    public static void FromSigmoid(Span<float> values)
    {
        RequireProbabilities(values);
        var vectors = Vectors(values, out var rest);
        foreach (ref var part in vectors)
            part = Logit(part);
        foreach (ref var value in rest)
            value = FromSigmoid(value);
    }

    /// <summary>The logit of one probability, to the bit as for many.</summary>
    public static float FromSigmoid(float value) => Logit(Vector256.Create(value)).ToScalar();

    private static float FromSoftmax(float value) => Vector256.Log(Vector256.Create(Math.Max(value, Least))).ToScalar();

    private static Vector256<float> Logit(Vector256<float> value)
    {
        var inside = Vector256.Min(Vector256.Max(value, Vector256.Create(LeastOfTwo)), Vector256.Create(1 - LeastOfTwo));
        return Vector256.Log(inside) - Vector256.Log(Vector256<float>.One - inside);
    }

    private static Span<Vector256<float>> Vectors(Span<float> values, out Span<float> rest)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        rest = values[(vectors.Length * Vector256<float>.Count)..];
        return vectors;
    }

    private static void RequireProbabilities(Span<float> values)
    {
        foreach (var value in values)
        {
            if (value is >= Below and <= Above)
                continue;
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                float.IsFinite(value)
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"The model gave {value}, where its manifest promises probabilities of 0 to 1. Scores before softmax are "
                            + $"'logits', before sigmoid 'sigmoid-logits'."
                    )
                    : "The model's probabilities are not finite numbers: its weights or its export are broken. Use another version of "
                        + "the model."
            );
        }
    }
}
