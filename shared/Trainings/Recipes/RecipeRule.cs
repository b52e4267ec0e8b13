using System.Runtime.CompilerServices;
using RoadSeg.Errors;

namespace RoadSeg.Trainings.Recipes;

internal static class RecipeRule
{
    public static void That(bool condition, string message)
    {
        if (!condition)
            throw Broken(message);
    }

    public static void InRange(double value, double low, double high, [CallerArgumentExpression(nameof(value))] string name = "") =>
        That(value >= low && value <= high, $"{char.ToLowerInvariant(name[0])}{name[1..]} is {low} to {high}, not {value}.");

    public static RoadSegException Broken(string message, Exception? inner = null) => new(ErrorCodes.TrainingInvalid, message, inner);
}
