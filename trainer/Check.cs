using System.Runtime.CompilerServices;

namespace RoadSeg.Trainer;

/// <summary>Refusals of settings and files: one sentence that says what to do, shown without a stack.</summary>
internal static class Check
{
    public static void That(bool condition, string message)
    {
        if (!condition)
            throw new TrainerException(message);
    }

    public static void InRange(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= low && value <= high))
            throw new TrainerException($"{char.ToLowerInvariant(name[0])}{name[1..]} is {low} to {high}, not {value}.");
    }
}
