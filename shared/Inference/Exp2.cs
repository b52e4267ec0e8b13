using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RoadSeg.Inference;

/// <summary>Powers of two, 8 at a time.</summary>
internal static class Exp2
{
    /// <summary>2^x for x in [-126, 0] to 2e-7 relative; smaller x gives 2^-126, which no softmax sum can see.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> OfNonPositive(Vector256<float> x)
    {
        x = Vector256.MaxNative(x, Vector256.Create(-126f));

        // Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits of the sum.
        var shifted = x + Vector256.Create(12582912f);
        var rest = x - (shifted - Vector256.Create(12582912f));

        // Degree-5 interpolation of 2^r at the Chebyshev nodes of [-1/2, 1/2]; largest relative error 1.0e-7.
        var power = Vector256.Create(0.0013390863364533504f);
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(0.009676031918326564f));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(0.05550357114219461f));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(0.24022107485308208f));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(0.6931471880262287f));
        power = Vector256.FusedMultiplyAdd(power, rest, Vector256.Create(1.0000000754548972f));

        // Adding the integer to the exponent field multiplies by that power of two; the shift drops the rest of the sum's bits.
        return (power.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }
}
